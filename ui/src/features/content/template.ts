import { useMemo, useSyncExternalStore } from 'react';
import type { Desk } from '../prompt/desk';

/** The words of one template, followed by its editor alone: no other part is drawn again while they are typed. */
export interface Template {
  readonly subscribe: (listener: () => void) => () => void;
  readonly now: () => string;
}

/** The template of the message at a place, or the only one. */
export function useTemplate({ subscribe, actions }: Desk, at: number): Template {
  return useMemo(() => {
    const now = () => {
      const { body } = actions.now().content;
      return body.kind === 'text' ? body.template : (body.messages[at]?.template ?? '');
    };
    return { subscribe, now };
  }, [subscribe, actions, at]);
}

/** The words as they are. */
export function useWords({ subscribe, now }: Template): string {
  return useSyncExternalStore(subscribe, now);
}

import { useMemo, useSyncExternalStore } from 'react';
import type { Content, VersionId } from '../../bindings/types';
import type { Checked } from '../content/checked';
import { type Desk, type Renaming, useDraft, useFrame, type WorkActions } from './desk';

/** The work on a prompt in the editor: what is on screen, which is what runs. */
export interface Work extends WorkActions {
  /** All that can be done with it, as one thing that stays the same while the work changes. */
  readonly actions: WorkActions;
  readonly content: Content;
  readonly inputs: Record<string, unknown>;
  /** What the host says of it. */
  readonly checked: Checked;
  /** The branch that the work is for. */
  readonly branch: string;
  /** The version that the work started from. */
  readonly base: VersionId | null;
  /** The last change of a variable's name, by which editors know what came of it. */
  readonly renaming: Renaming | null;
}

/** All of the work that lies on a desk. Whoever uses it is drawn again with each keystroke. */
export function useWork(desk: Desk): Work {
  const { actions, checked } = desk;
  const { content, inputs, branch, base } = useDraft(desk, (draft) => draft);
  const renaming = useSyncExternalStore(desk.subscribe, desk.renaming);
  return useMemo(
    () => ({ ...actions, actions, content, inputs, checked, branch, base, renaming }),
    [actions, content, inputs, checked, branch, base, renaming],
  );
}

/** The work without the words of its templates: whoever uses it is not drawn again while they are typed. */
export function useFramedWork(desk: Desk): Work {
  const { actions, checked } = desk;
  const content = useFrame(desk);
  const inputs = useDraft(desk, (draft) => draft.inputs);
  const branch = useDraft(desk, (draft) => draft.branch);
  const base = useDraft(desk, (draft) => draft.base);
  const renaming = useSyncExternalStore(desk.subscribe, desk.renaming);
  return useMemo(
    () => ({ ...actions, actions, content, inputs, checked, branch, base, renaming }),
    [actions, content, inputs, checked, branch, base, renaming],
  );
}

import { useCallback, useEffect, useRef, useState } from 'react';
import type { Content, PromptDetail, VersionId } from '../../bindings/types';
import { api } from '../../host';
import { notifyError } from '../../lib/notify';
import { promptQuery } from './queries';
import { queries } from '../../app/live';

/** How long typing rests before the work is kept. */
const KEEP_AFTER_MS = 400;

/** The work on a prompt in the editor: what is on screen, which is what runs. */
export interface Work {
  readonly content: Content;
  readonly inputs: Record<string, unknown>;
  /** The version that the work started from. */
  readonly base: VersionId | null;
  /** Whether the content differs from the newest version. */
  readonly isChanged: boolean;
  setContent(change: (content: Content) => Content): void;
  setInputs(change: (inputs: Record<string, unknown>) => Record<string, unknown>): void;
  /** Keeps what is on screen now, without waiting. */
  keep(): Promise<void>;
  /** Takes other content in place of the work, such as the newest version. */
  reset(content: Content, base: VersionId | null): void;
}

export const emptyContent: Content = {
  body: { kind: 'text', template: '' },
  variables: [],
  settings: { parameters: {} },
  validations: [],
};

/** Whether two contents hold the same. */
export function sameContent(a: Content, b: Content): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The work on a prompt, kept as its draft shortly after each change. */
export function useWork(detail: PromptDetail): Work {
  const id = detail.prompt.id;
  const head = detail.head?.content ?? emptyContent;
  const [content, setContentState] = useState<Content>(detail.draft?.content ?? head);
  const [inputs, setInputsState] = useState(detail.draft?.inputs ?? {});
  const [base, setBase] = useState(detail.draft?.base ?? detail.prompt.head);
  const latest = useRef({ content, inputs, base, dirty: false });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    latest.current = { ...latest.current, content, inputs, base };
  }, [content, inputs, base]);

  const keep = useCallback(async () => {
    clearTimeout(timer.current);
    const work = latest.current;
    if (!work.dirty) return;
    work.dirty = false;
    try {
      await api.draftPut({ id, content: work.content, inputs: work.inputs, base: work.base });
    } catch (error) {
      work.dirty = true;
      notifyError(error);
    }
  }, [id]);

  const touch = useCallback(() => {
    latest.current.dirty = true;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void keep(), KEEP_AFTER_MS);
  }, [keep]);

  // Nothing typed is lost by leaving the screen or the window.
  useEffect(() => {
    const onHide = () => void keep();
    window.addEventListener('pagehide', onHide);
    window.addEventListener('blur', onHide);
    return () => {
      window.removeEventListener('pagehide', onHide);
      window.removeEventListener('blur', onHide);
      void keep();
    };
  }, [keep]);

  const setContent = useCallback(
    (change: (content: Content) => Content) => {
      setContentState((now) => {
        const next = change(now);
        latest.current.content = next;
        return next;
      });
      touch();
    },
    [touch],
  );

  const setInputs = useCallback(
    (change: (inputs: Record<string, unknown>) => Record<string, unknown>) => {
      setInputsState((now) => {
        const next = change(now);
        latest.current.inputs = next;
        return next;
      });
      touch();
    },
    [touch],
  );

  const reset = useCallback(
    (next: Content, nextBase: VersionId | null) => {
      setBase(nextBase);
      // Said here as well: once the screen is left, an undo still has to keep what it restores.
      latest.current = { ...latest.current, content: next, base: nextBase };
      setContent(() => next);
      void queries.invalidateQueries(promptQuery(id));
    },
    [id, setContent],
  );

  return {
    content,
    inputs,
    base,
    isChanged: !sameContent(content, head),
    setContent,
    setInputs,
    keep,
    reset,
  };
}

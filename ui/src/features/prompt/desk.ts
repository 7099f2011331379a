import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { queries } from '../../app/live';
import type { Content, PromptDetail, VersionId } from '../../bindings/types';
import { api } from '../../host';
import { isSame } from '../../lib/same';
import { Checked } from '../content/checked';
import { renamed } from '../content/editor/rename';
import { clearAside, findAside } from './aside';
import { Calm } from './calm';
import type { Draft, Keeper, Keeping } from './keeper';
import { followOthers, keeperOf } from './keepers';
import { promptQuery } from './queries';

/** What can be done with the work; the same for as long as it is on screen. */
export interface WorkActions {
  readonly setContent: (change: (content: Content) => Content) => void;
  readonly setInputs: (change: (inputs: Record<string, unknown>) => Record<string, unknown>) => void;
  /** Gives a variable another name in its declaration, among the inputs and in every template. */
  readonly rename: (from: string, to: string) => void;
  /** The work as it is by then, for what is done later. */
  readonly now: () => Draft;
  /** Keeps what is on screen now, without waiting. */
  readonly keep: () => Promise<void>;
  /** Takes other content in place of the work, such as the newest version. */
  readonly reset: (content: Content, base: VersionId | null) => void;
  /** Goes to another branch: its newest version in place of the work, or other work that is for it. */
  readonly goTo: (branch: string, content: Content, base: VersionId | null) => void;
  /** Takes the work to start from another version, and leaves it as it is. */
  readonly rebase: (base: VersionId) => void;
  /** Takes up what is with the host already, where nothing waits to be kept: it need not be kept again. */
  readonly takeUp: (content: Content, base: VersionId) => void;
}

/** What is known of a prompt. Its draft, which is kept over and over, lies on the desk. */
export type KnownPrompt = Omit<PromptDetail, 'draft'>;

/** A variable that got another name. */
export interface Renaming {
  readonly from: string;
  readonly to: string;
}

/**
 * Where the work on a prompt lies while it is on screen. It never changes itself: each part of the screen follows what
 * it shows, so that a keystroke draws nothing else.
 */
export interface Desk {
  readonly actions: WorkActions;
  readonly subscribe: (listener: () => void) => () => void;
  readonly keeping: () => Keeping;
  /** The content without the words of its templates, which stays the same while they are typed. */
  readonly frame: () => Content;
  /** What the host says of the work as it was when the typing last rested. */
  readonly checked: Checked;
  /** The last change of a variable's name, by which editors know what came of it. */
  readonly renaming: () => Renaming | null;
}

export const emptyContent: Content = {
  body: { kind: 'text', template: '' },
  variables: [],
  settings: { parameters: {} },
  validations: [],
};

/** The desk for the work on a prompt. The work is kept as its draft shortly after each change. */
export function useDesk(detail: PromptDetail): Desk {
  const { id } = detail.prompt;
  const [keeper] = useState(() => keeperOf(id, () => begin(detail)));
  useEffect(() => () => void keeper.keep(), [keeper]);
  // Not while it is hidden: then it is done as it is shown again.
  useEffect(() => followOthers(keeper, detail), [keeper, detail]);
  return useMemo(() => deskOf(id, keeper), [id, keeper]);
}

function deskOf(id: string, keeper: Keeper): Desk {
  let renaming: Renaming | null = null;
  const change = (part: Partial<Draft>) => keeper.change(part);
  const calm = new Calm(() => keeper.draft);
  keeper.subscribe(calm.changed);
  return {
    subscribe: keeper.subscribe,
    keeping: () => keeper.keeping,
    frame: framing(() => keeper.draft.content),
    checked: new Checked(calm, ({ content, inputs }, models) =>
      api.contentCheck({ content, inputs, models: [...models] }),
    ),
    renaming: () => renaming,
    actions: {
      setContent: (next) => change({ content: next(keeper.draft.content) }),
      setInputs: (next) => change({ inputs: next({ ...keeper.draft.inputs }) }),
      rename: (from, to) => {
        renaming = { from, to };
        change(renamed(keeper.draft, from, to));
      },
      now: () => keeper.draft,
      keep: () => keeper.keep(),
      reset: (content, base) => {
        change({ content, base });
        void queries.invalidateQueries(promptQuery(id));
      },
      goTo: (branch, content, base) => {
        change({ branch, content, base });
        void keeper.keep().then(() => queries.invalidateQueries(promptQuery(id)));
      },
      rebase: (base) => change({ base }),
      takeUp: (content, base) => keeper.take({ ...keeper.draft, content, base }),
    },
  };
}

/** A part of the work, which must be the same as long as nothing changed in it. */
export function useDraft<Part>(desk: Desk, select: (draft: Draft) => Part): Part {
  return useSyncExternalStore(desk.subscribe, () => select(desk.actions.now()));
}

/** Whether the keeping of the work stands like this. */
export function useIsKeeping(desk: Desk, keeping: Keeping): boolean {
  return useSyncExternalStore(desk.subscribe, () => desk.keeping() === keeping);
}

/** Whether the content differs from the newest version. */
export function useIsChanged(desk: Desk, head: Content): boolean {
  return useSyncExternalStore(
    desk.subscribe,
    useCallback(() => !isSame(desk.actions.now().content, head), [desk, head]),
  );
}

/** The content without the words of its templates, which stays the same while they are typed. */
export function useFrame(desk: Desk): Content {
  return useSyncExternalStore(desk.subscribe, desk.frame);
}

function framing(now: () => Content): () => Content {
  let seen = now();
  let frame = frameOf(seen);
  return () => {
    const content = now();
    if (content === seen) return frame;
    seen = content;
    const next = frameOf(content);
    if (!isSame(frame, next)) frame = next;
    return frame;
  };
}

function frameOf({ body, ...rest }: Content): Content {
  if (body.kind === 'text') return { ...rest, body: { kind: 'text', template: '' } };
  return {
    ...rest,
    body: { kind: 'messages', messages: body.messages.map((message) => ({ ...message, template: '' })) },
  };
}

/** What the work starts from: a copy put aside that is newer than the draft, the draft, or the newest version. */
function begin({ prompt, branch, head, draft }: PromptDetail): { draft: Draft; isNew: boolean } {
  const aside = findAside(prompt.id);
  const newest = draft?.updatedAt ?? head?.createdAt ?? prompt.createdAt;
  if (aside !== null && Date.parse(aside.at) > Date.parse(newest)) {
    const { content, inputs, base } = aside;
    return { draft: { content, inputs, branch: aside.branch, base }, isNew: true };
  }
  clearAside(prompt.id);
  return {
    draft: {
      content: draft?.content ?? head?.content ?? emptyContent,
      inputs: draft?.inputs ?? {},
      branch,
      base: draft?.base ?? head?.id ?? null,
    },
    isNew: false,
  };
}

import type { CaseChoice, NanoUsd, Replay, RunSuiteRequest, Suite } from '../../bindings/types';

/** How the cases of a run are chosen. */
export const WAYS = ['all', 'range', 'tag', 'sample', 'failing'] as const;
export type Way = (typeof WAYS)[number];

/** What is asked for in the dialog that starts a run. */
export interface Wanted {
  readonly way: Way;
  /** The first and the last case, counted from 1; both are run. */
  readonly from: number | null;
  readonly to: number | null;
  readonly tag: string;
  readonly sample: number;
  readonly repeats: number;
  readonly cap: NanoUsd | null;
  readonly replay: Replay;
  /** Whether what has not begun is left out once it is decided what is better and what is worse. */
  readonly stopWhenDecided: boolean;
}

/** What is asked for at first. */
export function firstWanted({ spec }: Suite): Wanted {
  const cap = spec.thresholds?.costUsd ?? null;
  return {
    way: 'all',
    from: 1,
    to: null,
    tag: '',
    sample: 10,
    repeats: spec.repeats,
    cap,
    replay: 'off',
    stopWhenDecided: false,
  };
}

/** The cases that are wanted, as the host takes them; `null` while something is missing. */
export function choiceOf(wanted: Wanted, lastRun: string | null): CaseChoice | null {
  const { way, from, to, tag, sample } = wanted;
  switch (way) {
    case 'all':
      return {};
    case 'range':
      return { from: from === null ? null : from - 1, to };
    case 'tag':
      return tag.trim() === '' ? null : { tag: tag.trim() };
    case 'sample':
      return { sample };
    case 'failing':
      return lastRun === null ? null : { failingIn: lastRun };
  }
}

/** What the host is asked for; `null` while something is missing. */
export function requestOf(
  suite: Pick<Suite, 'id' | 'lastRun'>,
  wanted: Wanted,
  sensitiveInputs: Record<string, unknown>,
): RunSuiteRequest | null {
  const cases = choiceOf(wanted, suite.lastRun);
  const { repeats, cap: capUsd, replay, stopWhenDecided } = wanted;
  return cases === null
    ? null
    : { id: suite.id, cases, repeats, capUsd, replay, stopWhenDecided, sensitiveInputs };
}

import type { Problem } from '../../bindings/types';

/** What stands around the validations of a form; the same for those in a set. */
export interface ValidationsAround {
  /** What they belong to, the same for as long as it is on screen: it keeps texts that are not valid. */
  readonly owner: object;
  /** What the engine finds wrong, with places such as `validations[2].rule.pattern`. */
  readonly problems: readonly Problem[];
  /** The prompt whose newest answer functions can be tried on. */
  readonly promptId: string | null;
  /** What came of each in the last run, by name. */
  readonly lastRun: ReadonlyMap<string, LastVerdicts>;
}

/** How often a validation did not hold in a run. */
export interface LastVerdicts {
  readonly failed: number;
  readonly undecided: number;
  readonly of: number;
}

export const NO_VERDICTS: ReadonlyMap<string, LastVerdicts> = new Map();

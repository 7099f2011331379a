import type { CreateRun, ModelRef, OnRestart } from '../../bindings/types';

/** What is seldom set for a run. */
export interface RunOptions {
  /** How many of its executions may be on the wire at once; the default limits where null. */
  readonly concurrency: number | null;
  readonly failFast: boolean;
  readonly onRestart: OnRestart;
  /** The models that answer in the place of its one model, in order. */
  readonly fallbacks: ModelRef[];
}

/** What holds where nothing is set. */
export const NO_OPTIONS: RunOptions = {
  concurrency: null,
  failFast: false,
  onRestart: 'fail',
  fallbacks: [],
};

/** How many of them are set. */
export function countSet(options: RunOptions, hasFallbacks: boolean): number {
  const { concurrency, failFast, onRestart, fallbacks } = options;
  const isSet = [
    concurrency !== null,
    failFast,
    onRestart === 'resume',
    hasFallbacks && fallbacks.length > 0,
  ];
  return isSet.filter(Boolean).length;
}

/** What a request says of them: fallbacks are for runs of one model. */
export function requested(options: RunOptions, models: number): Partial<CreateRun> {
  return { ...options, fallbacks: models === 1 ? options.fallbacks : [] };
}

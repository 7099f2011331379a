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

/** How many of them are set for a run of these models. */
export function countSet(options: RunOptions, models: readonly ModelRef[]): number {
  const { concurrency, failFast, onRestart } = options;
  const isSet = [
    concurrency !== null,
    failFast,
    onRestart === 'resume',
    fallbacksOf(options, models).length > 0,
  ];
  return isSet.filter(Boolean).length;
}

/** The fallbacks of a run: they are for runs of one model, which is none of them. */
export function fallbacksOf({ fallbacks }: RunOptions, models: readonly ModelRef[]): ModelRef[] {
  return models.length === 1 ? fallbacks.filter((model) => !models.includes(model)) : [];
}

/** What a request says of them. */
export function requested(options: RunOptions, models: readonly ModelRef[]): Partial<CreateRun> {
  return { ...options, fallbacks: fallbacksOf(options, models) };
}

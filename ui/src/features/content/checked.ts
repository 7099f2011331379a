import { replaceEqualDeep } from '@tanstack/react-query';
import { useMemo, useSyncExternalStore } from 'react';
import type {
  ApiError,
  ContentReport,
  Estimate,
  ModelChoice,
  RenderedContent,
  Variable,
} from '../../bindings/types';
import { HostError } from '../../host/host';
import type { Calm } from '../prompt/calm';
import type { Draft } from '../prompt/keeper';

/** How long a host that did not answer is left alone, in milliseconds. */
export const TRY_AGAIN_MS = 2000;
/** An answer that takes no longer than this, in milliseconds, is not told to be on its way: that would flicker. */
export const LATE_MS = 250;

/** What is asked of work: what is wrong with it, and what it gives on these models. */
export type Check = (draft: Draft, choices: readonly ModelChoice[]) => Promise<ContentReport>;

/** What a question was about. The same work is asked about again once more is known of models. */
interface Asked {
  readonly draft: Draft;
  readonly choices: readonly ModelChoice[];
  readonly round: number;
}

const watched = new Set<Checked>();

/** Has work that is on screen be checked again, as more is known of models or of prompts now. */
export function checkAgain(isMeant: (report: ContentReport) => boolean = () => true): void {
  watched.forEach((checked) => {
    const report = checked.report();
    if (report === null || isMeant(report)) checked.again();
  });
}

/** Whether what the host says hangs on other prompts. */
export function callsOthers({ partials, diagnostics }: ContentReport): boolean {
  return partials.length > 0 || diagnostics.some(({ code }) => code === 'unknown_partial');
}

/**
 * What the host says of work that is being typed, for as long as somebody looks. One question is asked at a time; of
 * what was typed meanwhile only the newest is asked about. The answer before stays until there is another.
 */
export class Checked {
  #report: ContentReport | null = null;
  #rendered: RenderedContent | null = null;
  #failure: ApiError | null = null;
  #choices: readonly ModelChoice[] = [];
  #round = 0;
  #answered: Asked | null = null;
  #isAsking = false;
  #isLate = false;
  #late: ReturnType<typeof setTimeout> | undefined;
  #leave: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly calm: Calm<Draft>,
    private readonly check: Check,
  ) {}

  readonly report = (): ContentReport | null => this.#report;

  /** What the work gave when it last gave something: while a tag is typed it gives nothing. */
  readonly rendered = (): RenderedContent | null => this.#rendered;

  /** Whether the work gives nothing by now, so that what is known of it is of before. */
  readonly isOld = (): boolean => this.#report !== null && this.#report.rendered === null;

  /** Why the host did not answer the last time. */
  readonly failure = (): ApiError | null => this.#failure;

  /** Whether the report has not been of what is on screen for some time now. */
  readonly isLate = (): boolean => this.#isLate;

  /** The models to count for, with their own parameters. */
  countFor(choices: readonly ModelChoice[]): void {
    this.#choices = choices;
    this.#moved();
  }

  again(): void {
    this.#round += 1;
    this.#moved();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.#listeners.size === 0) {
      watched.add(this);
      this.#leave = this.calm.subscribe(this.#moved);
    }
    this.#listeners.add(listener);
    this.#watchTime();
    this.#follow();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      watched.delete(this);
      this.#leave?.();
      clearTimeout(this.#timer);
      clearTimeout(this.#late);
      this.#late = undefined;
      this.#isLate = false;
    };
  };

  #isAnswered(): boolean {
    const { draft, choices, round } = this.#answered ?? {};
    return draft === this.calm.get() && choices === this.#choices && round === this.#round;
  }

  readonly #moved = (): void => {
    // Whoever looks next is followed from then.
    if (this.#listeners.size === 0) return;
    this.#watchTime();
    this.#tell();
    this.#follow();
  };

  #watchTime(): void {
    if (this.calm.isRested() && this.#isAnswered()) {
      clearTimeout(this.#late);
      this.#late = undefined;
      this.#isLate = false;
    } else {
      this.#late ??= setTimeout(() => {
        this.#isLate = true;
        this.#tell();
      }, LATE_MS);
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #follow(): void {
    if (this.#isAsking || !this.calm.isRested() || this.#isAnswered()) return;
    this.#isAsking = true;
    void this.#ask({ draft: this.calm.get(), choices: this.#choices, round: this.#round });
  }

  async #ask(asked: Asked): Promise<void> {
    // Not within the keystroke: what was typed is painted before it is sent.
    await new Promise((resolve) => setTimeout(resolve));
    try {
      const report = await this.check(asked.draft, asked.choices);
      // What is as it was is the very same, so that it is not drawn again.
      this.#report = replaceEqualDeep(this.#report, report);
      const { rendered } = this.#report;
      if (rendered !== null) this.#rendered = replaceEqualDeep(this.#rendered, rendered);
      this.#failure = null;
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#failure = error.error;
      clearTimeout(this.#timer);
      if (error.error.retryable) this.#timer = setTimeout(() => this.again(), TRY_AGAIN_MS);
    } finally {
      this.#answered = asked;
      this.#isAsking = false;
      this.#moved();
    }
  }
}

/** A part of what the host says of work; who uses it is drawn again only where that part changes. */
export function useChecked<Part>(checked: Checked, part: (report: ContentReport) => Part): Part | undefined {
  const select = useMemo(() => sharing(part), [part]);
  return useSyncExternalStore(checked.subscribe, () => {
    const report = checked.report();
    return report === null ? undefined : select(report);
  });
}

/** A part of what the work gave when it last gave something. */
export function useRendered<Part>(
  checked: Checked,
  part: (rendered: RenderedContent) => Part,
): Part | undefined {
  const select = useMemo(() => sharing(part), [part]);
  return useSyncExternalStore(checked.subscribe, () => {
    const rendered = checked.rendered();
    return rendered === null ? undefined : select(rendered);
  });
}

/** The part of a whole, worked out once for each, in which everything that is as it was is the very same. */
function sharing<Whole, Part>(part: (whole: Whole) => Part): (whole: Whole) => Part {
  let last: { readonly of: Whole; readonly part: Part } | undefined;
  return (whole) => {
    if (last?.of !== whole) {
      const now = part(whole);
      last = { of: whole, part: last === undefined ? now : replaceEqualDeep(last.part, now) };
    }
    return last.part;
  };
}

/** Whether what the work gave last is of before a mistake that is in it now. */
export function useIsOld(checked: Checked): boolean {
  return useSyncExternalStore(checked.subscribe, checked.isOld);
}

/** What is wrong with the inputs, for which nothing can be counted by now. */
export function useUncounted(checked: Checked): string | null {
  return useChecked(checked, uncountedFor) ?? null;
}

function uncountedFor({ rendered, error }: ContentReport): string | null {
  if (rendered !== null) return null;
  return error?.problems?.find(({ at }) => at.path.startsWith('inputs'))?.message ?? null;
}

/** Why work gives nothing, or why the host did not say. */
export function useCheckError(checked: Checked): ApiError | null {
  const failure = useSyncExternalStore(checked.subscribe, checked.failure);
  return useChecked(checked, errorOf) ?? failure;
}

/** The names of the variables that templates use. */
export const usedVariables = (report: ContentReport): readonly string[] => report.usedVariables;

/** The variables that only partials declare: runs take them too. */
export const lentVariables = (report: ContentReport): readonly Variable[] => report.lentVariables;

const errorOf = ({ error }: ContentReport) => error;

/** Whether what the host says has not been of what is on screen for some time now. */
export function useIsLate(checked: Checked): boolean {
  return useSyncExternalStore(checked.subscribe, checked.isLate);
}

const NO_ESTIMATES: readonly Estimate[] = [];
const estimatesOf = ({ estimates }: RenderedContent) => estimates;

/**
 * What a request is expected to need and cost on each choice, in their order; those before while the next are made, or
 * while the work gives nothing.
 */
export function useEstimates(checked: Checked, choices: readonly ModelChoice[]): readonly Estimate[] {
  const estimates = useRendered(checked, estimatesOf) ?? NO_ESTIMATES;
  const isOld = useIsOld(checked);
  // Nothing new comes for other choices as long as nothing is given.
  const isOf = !isOld || isForAll(estimates, choices);
  return choices.length > 0 && isOf ? estimates : NO_ESTIMATES;
}

function isForAll(estimates: readonly Estimate[], choices: readonly ModelChoice[]): boolean {
  return (
    estimates.length === choices.length && choices.every(({ model }, at) => estimates[at]?.model === model)
  );
}

import type { Run, RunSummary, Variant } from '../../bindings/types';
import { texts } from '../../app/texts';
import { describeParameters, differingParameters } from '../parameter/parameters';
import { runsTexts } from '../run/runs.texts';

/** A share from 0 to 1 in percent. */
export function percent(share: number | null): string {
  return share === null ? texts.none : `${(Math.round(share * 1000) / 10).toFixed(1)}%`;
}

/** A score from 0 to 1. */
export function score(value: number | null | undefined): string {
  return value == null ? texts.none : value.toFixed(2);
}

/** An amount of dollars as the host would write it. */
export function amount(value: number): string {
  return value.toFixed(9);
}

/** What a column of a grid is called: what sets it apart from the others. */
export interface ColumnName {
  readonly prompt: string | null;
  readonly version: string;
  readonly model: string;
  /** The parameters that differ from those of the other columns. */
  readonly parameters: string;
  /** All of it as one text. */
  readonly whole: string;
}

/** The names of the columns of a run, in order. */
export function columnNames(run: Pick<Run, 'variants' | 'promptName'>): ColumnName[] {
  const nameOf = ({ prompt }: Variant) => prompt?.name ?? run.promptName;
  const several = new Set(run.variants.map(nameOf)).size > 1;
  return run.variants.map((variant, at) => {
    const { versionNumber, model } = variant;
    const others = run.variants.filter((_, other) => other !== at).map(({ parameters }) => parameters);
    const differing = others.length === 0 ? {} : differingParameters(variant.parameters, others);
    const name = {
      prompt: several ? nameOf(variant) : null,
      version: versionNumber === null ? runsTexts.draft : `v${versionNumber}`,
      model,
      parameters: describeParameters(differing),
    };
    const parts = [name.prompt, name.version, name.model, name.parameters];
    return { ...name, whole: parts.filter((part) => part !== null && part !== '').join(' · ') };
  });
}

/** The named metrics that some column of a run has, and the one that is asked for. */
export function namedMetrics(summary: RunSummary | undefined, asked: string | undefined): string[] {
  const names = new Set(summary?.metrics.flatMap((own) => Object.keys(own)));
  if (asked !== undefined) names.add(asked);
  return [...names].sort();
}

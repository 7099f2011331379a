import type { Execution, Finish, Parameters, RenderedMessage, Run, Usage } from '../../bindings/types';
import { texts } from '../../app/texts';
import { count } from '../../lib/format';
import { segmentText } from '../content/pieces';
import { runsTexts } from './runs.texts';

/** The tint that goes with a run's state. */
export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'accent';

/** A run's state in words and the tint that goes with it. A completed run may hold failures, which it says. */
export function outcome({ status, progress }: Run): { text: string; tone: Tone } {
  const ended = progress.completed + progress.failed + progress.cancelled;
  const parts: string[] = [];
  if ((status === 'running' || status === 'paused') && progress.total > 1)
    parts.push(runsTexts.progress(ended, progress.total));
  if (progress.failed > 0) parts.push(runsTexts.failed(progress.failed, progress.total));
  if (status !== 'cancelled' && progress.cancelled > 0) parts.push(runsTexts.cancelled(progress.cancelled));
  const allFailed = status === 'completed' && progress.failed > 0 && progress.failed === progress.total;
  const words = allFailed ? parts : [runsTexts.status[status], ...parts];
  return { text: words.join(' · '), tone: toneOf(status, progress.failed) };
}

function toneOf(status: Run['status'], failed: number): Tone {
  if (failed > 0) return 'bad';
  return (
    { pending: 'plain', running: 'accent', completed: 'good', cancelled: 'warn', paused: 'warn' } as const
  )[status];
}

/** The models of a run, each named once, in the order of its columns. */
export function modelsOf(run: Run): string[] {
  return [...new Set(run.variants.map((variant) => variant.model))];
}

/** The versions of a run in words, each named once; a snapshot of a draft has no number. */
export function versionsOf(run: Run): string[] {
  const names = run.variants.map(({ versionNumber }) =>
    versionNumber === null ? runsTexts.draft : `v${versionNumber}`,
  );
  return [...new Set(names)];
}

/** Milliseconds from the start of a run's first execution to the end of its last; none until then. */
export function totalTime(run: Run): number | null {
  if (run.startedAt === null || run.completedAt === null) return null;
  return Math.max(0, Date.parse(run.completedAt) - Date.parse(run.startedAt));
}

/** The parameters that are set, in their order, as name and value. */
export function parameterList(parameters: Parameters): [name: string, value: string][] {
  const { stop, extra, ...plain } = parameters;
  const set = Object.entries<unknown>(plain).filter(([, value]) => value !== undefined && value !== null);
  if (stop !== undefined && stop.length > 0) set.push(['stop', stop]);
  set.push(...Object.entries(extra ?? {}));
  return set.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
}

/** The tokens by kind, in words; kinds that a call did not use are left out. */
export function tokenList(usage: Usage): string {
  const kinds = Object.entries(runsTexts.details.kinds) as [keyof Usage, string][];
  const always = new Set<keyof Usage>(['inputTokens', 'outputTokens']);
  return kinds
    .filter(([kind]) => always.has(kind) || usage[kind] > 0)
    .map(([kind, name]) => `${count(usage[kind])} ${name}`)
    .join(' · ');
}

/** Why a model stopped, in a plain word; for what no word is known for, in the provider's own. */
export function finishText({ reason, word }: Finish): string {
  return reason === 'other' ? (word ?? texts.finish.other) : texts.finish[reason];
}

/** Why a model stopped, with the provider's own word where that is another. */
export function finishInFull(finish: Finish): string {
  const text = finishText(finish);
  const { word } = finish;
  return word === undefined || word === null || word === text ? text : `${text} (${word})`;
}

/**
 * An end that is neither an answer nor an error: the provider held the content back, or the model declined. A
 * provider may say so with its answer or refuse the request for it.
 */
export function withheld({ failure, finish }: Execution): 'content-filter' | 'refusal' | null {
  if (failure?.class === 'content_filter') return 'content-filter';
  if (failure !== null || finish === null) return null;
  return finish.reason === 'content-filter' || finish.reason === 'refusal' ? finish.reason : null;
}

/** The whole text of a message. */
export function messageText(message: RenderedMessage): string {
  return message.segments.map(segmentText).join('');
}

import {
  hashKey,
  keepPreviousData,
  type QueryKey,
  queryOptions,
  replaceEqualDeep,
  useQuery,
} from '@tanstack/react-query';
import { useCallback, useEffect, useEffectEvent, useMemo, useSyncExternalStore } from 'react';
import { queries } from '../../app/live';
import type {
  ApiError,
  Attachment,
  Content,
  ContentReport,
  Estimate,
  ModelChoice,
  RenderedContent,
} from '../../bindings/types';
import { api, HostError } from '../../host';
import type { Calm } from '../prompt/calm';
import type { Draft } from '../prompt/keeper';
import { fileName, toBase64 } from './attachments';

/** How long an outcome nobody looks at is held. */
const FORGET_AFTER_MS = 10_000;

const numbers = new WeakMap<object, number>();
let count = 0;

/** A number that stands for the work on a prompt in a key. */
function numberOf(calm: Calm<Draft>): number {
  const known = numbers.get(calm) ?? (count += 1);
  numbers.set(calm, known);
  return known;
}

/** Leaves the keystroke that changed the content: what was typed is painted before it is sent. */
function painted(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Answers in which everything that is as it was the last time is the very same, so that it is not drawn again. */
function sharing<Answer>(): (answer: Answer) => Answer {
  let last: Answer | undefined;
  return (answer) => (last = last === undefined ? answer : replaceEqualDeep(last, answer));
}

const sharedReport = sharing<ContentReport>();
const sharedOutcome = sharing<Outcome>();

/** What was worked out from the work, and from which. */
interface Answered<Answer> {
  readonly of: Draft;
  readonly answer: Answer;
}

/** What is worked out from the work; asked for again once that has changed, one at a time. */
function followingQuery<Answer>(
  calm: Calm<Draft>,
  queryKey: QueryKey,
  ask: (draft: Draft) => Promise<Answer>,
) {
  return queryOptions({
    queryKey,
    queryFn: async (): Promise<Answered<Answer>> => {
      const of = calm.get();
      await painted();
      try {
        return { of, answer: await ask(of) };
      } finally {
        if (calm.get() !== of) setTimeout(() => refresh(calm, queryKey));
      }
    },
    // What is selected is shared part by part, what was answered already is.
    structuralSharing: (before: unknown, now: unknown) =>
      isAnswered(now) ? now : replaceEqualDeep(before, now),
    placeholderData: keepPreviousData,
    gcTime: FORGET_AFTER_MS,
  });
}

function isAnswered(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'of' in value && 'answer' in value;
}

/** Asks again where what is known is not of the work as it is: of what was typed meanwhile only the newest is asked. */
function refresh(calm: Calm<Draft>, queryKey: QueryKey): void {
  const state = queries.getQueryState<Answered<unknown>>(queryKey);
  if (state?.fetchStatus === 'idle' && state.data?.of !== calm.get())
    void queries.refetchQueries({ queryKey, exact: true, type: 'active' });
}

/** Follows the work for as long as somebody looks. */
function useFollowing(calm: Calm<Draft>, queryKey: QueryKey): void {
  const follow = useEffectEvent(() => {
    if (calm.isRested()) refresh(calm, queryKey);
  });
  const key = hashKey(queryKey);
  useEffect(() => {
    follow();
    return calm.subscribe(() => follow());
  }, [calm, key]);
}

/** What is wrong with the content. */
const checkQuery = (calm: Calm<Draft>) =>
  followingQuery(calm, ['check', numberOf(calm)], async ({ content }) =>
    sharedReport(await api.contentCheck({ content })),
  );

/** What content and inputs came to: the messages, or why there are none. */
export interface Outcome {
  readonly rendered: RenderedContent | null;
  readonly error: ApiError | null;
}

/** What content and inputs give. Estimates hang on the models, whose changes are told of under that word. */
const renderedQuery = (calm: Calm<Draft>, models: string[]) =>
  followingQuery(calm, ['models', 'rendered', numberOf(calm), models], async ({ content, inputs }) =>
    sharedOutcome(await render(content, inputs, models)),
  );

async function render(content: Content, inputs: Record<string, unknown>, models: string[]): Promise<Outcome> {
  try {
    return { rendered: await api.contentRender({ content, inputs, models }), error: null };
  } catch (thrown) {
    // What the user can mend is an outcome, which stays on screen while the next one is worked out.
    if (thrown instanceof HostError && !thrown.error.retryable)
      return { rendered: null, error: thrown.error };
    throw thrown;
  }
}

const sharedEstimates = sharing<readonly Estimate[]>();

/** What each choice would make of it with its own parameters: a longest answer of its own changes what it can cost. */
const estimatesQuery = (calm: Calm<Draft>, choices: readonly ModelChoice[]) =>
  followingQuery(calm, ['models', 'estimates', numberOf(calm), choices], async ({ content, inputs }) =>
    sharedEstimates(await estimate(content, inputs, choices)),
  );

/** The estimates in the order of the choices; none where nothing can be rendered. */
async function estimate(
  content: Content,
  inputs: Record<string, unknown>,
  choices: readonly ModelChoice[],
): Promise<readonly Estimate[]> {
  const { settings } = content;
  const kindOf = ({ parameters = {} }: ModelChoice) => JSON.stringify(parameters);
  // Choices with the same parameters are asked about together.
  const asked = [...new Set(choices.map(kindOf))].map(async (kind) => {
    const group = choices.filter((choice) => kindOf(choice) === kind);
    const parameters = { ...settings.parameters, ...group[0]?.parameters };
    const changed = { ...content, settings: { ...settings, parameters } };
    const { rendered } = await render(
      changed,
      inputs,
      group.map(({ model }) => model),
    );
    return group.map((choice, at) => [choice, rendered?.estimates[at]] as const);
  });
  const found = new Map((await Promise.all(asked)).flat());
  return choices.flatMap((choice) => found.get(choice) ?? []);
}

/** The bytes of an attachment, in base 64. They never change: the hash is their name. */
export const attachmentQuery = (hash: string) =>
  queryOptions({
    queryKey: ['attachment', hash],
    queryFn: () => api.attachmentGet({ hash }),
    staleTime: Infinity,
  });

/** Keeps a file with the host, which finds out what kind it is. */
export async function keepFile(file: File): Promise<Attachment> {
  return api.attachmentCreate({ name: fileName(file.name), data: await toBase64(file) });
}

// That something is being asked for is looked up, but no reason to draw anything.
const notifyOnChangeProps: ('data' | 'error' | 'isPlaceholderData')[] = [
  'data',
  'error',
  'isPlaceholderData',
];

/** What is wrong with content that is being typed; the report before while the next one is made. */
export function useCheck(calm: Calm<Draft>): ContentReport | undefined {
  return useChecked(calm, whole);
}

const whole = (report: ContentReport) => report;

/** A part of what is wrong with content that is being typed; who uses it is drawn again only where that part changes. */
export function useChecked<Part>(calm: Calm<Draft>, part: (report: ContentReport) => Part): Part | undefined {
  const options = checkQuery(calm);
  useFollowing(calm, options.queryKey);
  const select = useCallback(({ answer }: Answered<ContentReport>) => part(answer), [part]);
  return useQuery({ ...options, select, notifyOnChangeProps }).data;
}

/**
 * A part of what content and inputs that are being typed give on some models; that of the outcome before while the
 * next is made. Who uses it is drawn again only where that part changes.
 */
export function useRendered<Part>(
  calm: Calm<Draft>,
  models: string[],
  part: (outcome: Outcome) => Part,
): Part | undefined {
  const options = renderedQuery(calm, models);
  useFollowing(calm, options.queryKey);
  const select = useCallback(({ answer }: Answered<Outcome>) => part(answer), [part]);
  return useQuery({ ...options, select, notifyOnChangeProps }).data;
}

/** All that content and inputs that are being typed give. */
export interface UseOutcome extends Outcome {
  /** Whether this is not yet what is on screen now. */
  readonly isStale: boolean;
}

/** What content and inputs that are being typed give, and whether more was typed since. */
export function useOutcome(calm: Calm<Draft>, models: string[]): UseOutcome {
  const options = renderedQuery(calm, models);
  useFollowing(calm, options.queryKey);
  const isRested = useSyncExternalStore(calm.subscribe, calm.isRested);
  const query = useQuery({ ...options, notifyOnChangeProps });
  const broken = query.error instanceof HostError ? query.error.error : null;
  return {
    rendered: query.data?.answer.rendered ?? null,
    error: query.data?.answer.error ?? broken,
    isStale: !isRested || query.isPlaceholderData || query.data?.of !== calm.get(),
  };
}

const NO_ESTIMATES: readonly Estimate[] = [];
const estimatesOf = ({ rendered }: Outcome) => rendered?.estimates ?? NO_ESTIMATES;

/** What a request is expected to need and cost on each choice, in their order; those before while the next are made. */
export function useEstimates(calm: Calm<Draft>, choices: readonly ModelChoice[]): readonly Estimate[] {
  const models = useMemo(() => choices.map(({ model }) => model), [choices]);
  const plain = useRendered(calm, models, estimatesOf) ?? NO_ESTIMATES;
  const isOwn = choices.some(({ parameters = {} }) => Object.keys(parameters).length > 0);
  const options = estimatesQuery(calm, choices);
  useFollowing(calm, options.queryKey);
  const own = useQuery({ ...options, enabled: isOwn, notifyOnChangeProps });
  return isOwn ? (own.data?.answer ?? NO_ESTIMATES) : plain;
}

import { keepPreviousData, queryOptions, replaceEqualDeep, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type {
  ApiError,
  Attachment,
  Content,
  ContentReport,
  Problem,
  RenderedContent,
} from '../../bindings/types';
import { api, HostError } from '../../host';
import { fileName, toBase64 } from './attachments';

/** How long an outcome nobody looks at is held: each keystroke leaves one. */
const FORGET_AFTER_MS = 10_000;

const revisions = new WeakMap<object, number>();
let revision = 0;

/** A number that stands for a value in a key: to make a text of large content on each keystroke would be felt. */
function revisionOf(value: object): number {
  const known = revisions.get(value) ?? (revision += 1);
  revisions.set(value, known);
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

/** What is wrong with content. */
const checkQuery = (content: Content) =>
  queryOptions({
    queryKey: ['check', revisionOf(content)],
    queryFn: async () => {
      await painted();
      return sharedReport(await api.contentCheck({ content }));
    },
    structuralSharing: false,
    placeholderData: keepPreviousData,
    gcTime: FORGET_AFTER_MS,
  });

/** What content and inputs came to: the messages, or why there are none. */
export interface Outcome {
  readonly rendered: RenderedContent | null;
  readonly error: ApiError | null;
}

/** What content and inputs give. Estimates hang on the models, whose changes are told of under that word. */
const renderedQuery = (content: Content, inputs: Record<string, unknown>, models: string[]) =>
  queryOptions({
    queryKey: ['models', 'rendered', revisionOf(content), revisionOf(inputs), models],
    queryFn: async () => {
      await painted();
      return sharedOutcome(await render(content, inputs, models));
    },
    structuralSharing: false,
    placeholderData: keepPreviousData,
    gcTime: FORGET_AFTER_MS,
  });

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

/**
 * What is wrong with content that is being typed; the report before while the next one is made. Content is asked about
 * at once, but never two at a time: what is typed meanwhile waits, and of that only the newest is asked about.
 */
export function useCheck(content: Content): ContentReport | undefined {
  return useChecked(content, (report) => report);
}

/** A part of what is wrong with content that is being typed. */
export function useChecked<Part>(
  content: Content,
  select: (report: ContentReport) => Part,
): Part | undefined {
  const [asked, setAsked] = useState(content);
  const query = useQuery({ ...checkQuery(asked), select, structuralSharing: true, notifyOnChangeProps });
  if (asked !== content && !query.isFetching) setAsked(content);
  return query.data;
}

/** What content and inputs that are being typed give. */
export interface UseRendered extends Outcome {
  /** The problems of the error, each with its place. */
  readonly problems: Problem[];
  /** Whether this is not yet what is on screen now. */
  readonly isStale: boolean;
}

const NO_PROBLEMS: Problem[] = [];

/**
 * What content and inputs that are being typed give on some models; the outcome before while the next is made. It is
 * asked for as checks are: at once, and one at a time.
 */
export function useRendered(
  content: Content,
  inputs: Record<string, unknown>,
  models: string[],
): UseRendered {
  const [asked, setAsked] = useState({ content, inputs });
  const query = useQuery({ ...renderedQuery(asked.content, asked.inputs, models), notifyOnChangeProps });
  const isBehind = asked.content !== content || asked.inputs !== inputs;
  if (isBehind && !query.isFetching) setAsked({ content, inputs });
  const broken = query.error instanceof HostError ? query.error.error : null;
  const error = query.data?.error ?? broken;
  return {
    rendered: query.data?.rendered ?? null,
    error,
    problems: error?.problems ?? NO_PROBLEMS,
    isStale: query.isPlaceholderData || query.isPending || isBehind,
  };
}

import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { useDebouncedValue } from '@mantine/hooks';
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

/** How long typing rests before the content is checked. */
const CHECK_AFTER_MS = 150;
/** How long typing rests before the content is rendered. */
const RENDER_AFTER_MS = 200;
/** How long an outcome nobody looks at is held: each keystroke leaves one. */
const FORGET_AFTER_MS = 10_000;

/** What is wrong with content. */
export const checkQuery = (content: Content) =>
  queryOptions({
    queryKey: ['check', content],
    queryFn: () => api.contentCheck({ content }),
    placeholderData: keepPreviousData,
    gcTime: FORGET_AFTER_MS,
  });

/** What content and inputs came to: the messages, or why there are none. */
export interface Outcome {
  readonly rendered: RenderedContent | null;
  readonly error: ApiError | null;
}

/** What content and inputs give. Estimates hang on the models, whose changes are told of under that word. */
export const renderedQuery = (content: Content, inputs: Record<string, unknown>, models: string[]) =>
  queryOptions({
    queryKey: ['models', 'rendered', content, inputs, models],
    queryFn: () => render(content, inputs, models),
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

/** What is wrong with content that is being typed; the report before while the next one is made. */
export function useCheck(content: Content): ContentReport | undefined {
  const [settled] = useDebouncedValue(content, CHECK_AFTER_MS);
  return useQuery(checkQuery(settled)).data;
}

/** What content and inputs that are being typed give. */
export interface UseRendered extends Outcome {
  /** The problems of the error, each with its place. */
  readonly problems: Problem[];
  /** Whether this is not yet what is on screen now. */
  readonly isStale: boolean;
}

const NO_PROBLEMS: Problem[] = [];

/** What content and inputs that are being typed give on some models; the outcome before while the next is made. */
export function useRendered(
  content: Content,
  inputs: Record<string, unknown>,
  models: string[],
): UseRendered {
  const [settled] = useDebouncedValue(content, RENDER_AFTER_MS);
  const [settledInputs] = useDebouncedValue(inputs, RENDER_AFTER_MS);
  const query = useQuery(renderedQuery(settled, settledInputs, models));
  const broken = query.error instanceof HostError ? query.error.error : null;
  const error = query.data?.error ?? broken;
  return {
    rendered: query.data?.rendered ?? null,
    error,
    problems: error?.problems ?? NO_PROBLEMS,
    isStale: query.isPlaceholderData || query.isPending || settled !== content || settledInputs !== inputs,
  };
}

import type { Caller } from '../bindings/client';
import type { ApiError, Event } from '../bindings/types';

/** The page's only door to the outside. */
export interface Host extends Caller {
  /** What the page runs in. */
  readonly kind: 'desktop' | 'browser';
  /** Calls `onEvents` with each batch, and `onConnection` when the stream breaks or is back. Answers how to stop. */
  subscribe(onEvents: (events: Event[]) => void, onConnection: (connected: boolean) => void): () => void;
  /** Opens an address outside the app. Only http, https and mailto. */
  openExternal(url: string): Promise<void>;
  /** Gives a text to the reader as a file; `null` where the page cannot. */
  readonly saveFile: ((name: string, text: string) => void) | null;
}

/** An error that an operation answered. */
export class HostError extends Error {
  constructor(readonly error: ApiError) {
    super(error.message);
    this.name = 'HostError';
  }
}

/** Whatever was thrown, in the one shape that the screens show. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof HostError) return thrown.error;
  if (isApiError(thrown)) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'internal', message, retryable: false };
}

/** Whether a value looks like an error of an operation. */
export function isApiError(value: unknown): value is ApiError {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}

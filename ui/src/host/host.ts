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
  /** Gives a text or bytes to the reader as a file. Answers where it is; `null` where that is the browser's affair. */
  saveFile(name: string, content: string | Blob): Promise<string | null>;
  /** Whether the reader lets the page tell things by notifications of the desktop; asks where it has to be asked. */
  mayNotify(): Promise<boolean>;
  /** Tells something by a notification of the desktop. */
  notify(title: string, text: string): void;
  /** Calls `onCommand` with the names of commands that are chosen from the menu of the window, where it has one. */
  onMenu(onCommand: (id: string) => void): void;
  /** Shows the page larger or smaller, in percent; `null` where that is the reader's and the browser's own affair. */
  readonly setZoom: ((percent: number) => Promise<unknown>) | null;
  /** Fills the screen, or gives it back; `null` as above. */
  readonly toggleFullScreen: (() => Promise<unknown>) | null;
  /** Opens the folder of the workspace; `null` where it may be on another machine. */
  readonly openFolder: (() => Promise<unknown>) | null;
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

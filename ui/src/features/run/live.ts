/** What the page sees of an answer while it streams. Moments are milliseconds of the clock. */
export interface Seen {
  /** When the attempt began. */
  readonly started: number;
  /** When the first of it came; `null` where nothing has, or it came before anybody looked. */
  readonly began: number | null;
  /** Since when its growth is watched, and how many bytes were there by then. */
  readonly since: { readonly at: number; readonly bytes: number };
  /** How many bytes of answer and reasoning there are. */
  readonly bytes: number;
}

/** The figures of an answer that streams, as far as they are known before its end. */
export interface Live {
  readonly firstTokenMs: number | null;
  readonly tokensPerSecond: number | null;
  /** About; `null` before the first. */
  readonly outputTokens: number | null;
  readonly elapsedMs: number;
}

/** A token is about so many bytes. What the provider counted is known at the end. */
const BYTES_A_TOKEN = 4;

/** The shortest time that a rate is taken from, in milliseconds: over less it leaps. */
const SHORTEST_MS = 500;

/** The figures at a moment. */
export function liveFigures({ started, began, since, bytes }: Seen, now: number): Live {
  // What came before the attempt belongs to one before it.
  const first = began !== null && began >= started ? began : null;
  const grown = first === null ? bytes - since.bytes : bytes;
  const time = now - (first ?? since.at);
  const isTelling = bytes > 0 && grown > 0 && time >= SHORTEST_MS;
  return {
    firstTokenMs: first === null ? null : first - started,
    tokensPerSecond: isTelling ? (1000 * grown) / BYTES_A_TOKEN / time : null,
    outputTokens: bytes === 0 ? null : Math.ceil(bytes / BYTES_A_TOKEN),
    elapsedMs: Math.max(0, now - started),
  };
}

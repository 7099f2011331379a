import type { OutputWindow } from '../bindings/types';
import { PIECE, splitLines } from './chunks';

/**
 * What has arrived of an answer: pieces that stay as they are, and a last one that grows. A long answer is never
 * copied as a whole while it streams; whoever needs it in one asks for `text`.
 */
export class StreamedText {
  private joined: string | undefined;

  constructor(
    private readonly settled: readonly string[],
    private readonly last: string,
    /** Its length in characters. */
    readonly length: number,
    /** Its length in bytes of UTF-8. */
    readonly known: number,
  ) {}

  /** All of it. */
  get text(): string {
    this.joined ??= this.settled.join('') + this.last;
    return this.joined;
  }

  /** The beginning of it. */
  get start(): string {
    return this.settled[0] ?? this.last;
  }

  /** All of it, in pieces of which only the last one changes when more arrives. */
  get pieces(): readonly string[] {
    return this.last === '' ? this.settled : [...this.settled, this.last];
  }
}

interface Chunk {
  offset: number;
  size: number;
  text: string;
}

interface Stream {
  settled: readonly string[];
  last: string;
  length: number;
  known: number;
  /** When its first chunk arrived, by the clock; `null` where that was not seen. */
  began: number | null;
  /** Whether a gap is being read from the host. */
  filling: boolean;
  /** What arrived while the gap was being read. */
  waiting: Chunk[];
  /** Whether more was asked for while the gap was being read. */
  again: boolean;
}

/** Reads a window of an answer from the host. */
export type ReadOutput = (executionId: string, offset: number) => Promise<OutputWindow>;

/** So many streams are shown further in one frame; of more, each waits for its turn. */
const MOST_A_FRAME = 2;

/** How long a host that could not be read from is left alone, in milliseconds. */
export const TRY_AGAIN_MS = 2000;

const EMPTY = new StreamedText([], '', 0, 0);
const encoder = new TextEncoder();

/**
 * The texts of answers that stream or were read, by execution.
 *
 * Chunks may come twice or leave a gap after a lag; offsets in bytes of UTF-8 tell. Listeners are told
 * at most once a frame, and not all of them in the same one.
 */
export class Streams {
  private readonly streams = new Map<string, Stream>();
  private readonly snapshots = new Map<string, StreamedText>();
  private readonly listeners = new Map<string, Set<() => void>>();
  private readonly dirty = new Set<string>();

  constructor(
    private readonly read: ReadOutput,
    private readonly schedule: (flush: () => void) => void,
  ) {}

  /** A chunk arrived. One that nobody looks at is left: whoever looks later reads it from the host. */
  take(executionId: string, offset: number, size: number, text: string): void {
    if (!this.listeners.has(executionId)) return;
    const stream = this.open(executionId);
    const chunk = { offset, size, text };
    if (offset === 0) stream.began ??= Date.now();
    if (stream.filling) stream.waiting.push(chunk);
    else if (!this.join(executionId, stream, chunk)) void this.fill(executionId);
  }

  /** Reads what is missing up to the end of what the host has. After a read that fails it is tried again in a while. */
  async fill(executionId: string): Promise<void> {
    const stream = this.open(executionId);
    stream.again = true;
    if (stream.filling) return;
    stream.filling = true;
    try {
      while (stream.again && stream.known < MOST_BYTES && this.streams.get(executionId) === stream) {
        stream.again = false;
        const window = await this.read(executionId, stream.known);
        const { offset, next, total, text } = window;
        this.join(executionId, stream, { offset, size: next - offset, text });
        const waiting = stream.waiting.splice(0);
        const joined = waiting.map((chunk) => this.join(executionId, stream, chunk));
        if (next > offset && (stream.known < total || joined.includes(false))) stream.again = true;
      }
    } catch {
      stream.waiting.length = 0;
      // Of an answer that has ended no news will come.
      setTimeout(() => {
        if (this.streams.get(executionId) === stream) void this.fill(executionId);
      }, TRY_AGAIN_MS);
    } finally {
      stream.filling = false;
    }
  }

  /**
   * Reads all of it again: what comes now may be another attempt, begun after the one before was cut off. What has
   * arrived is shown until more does.
   */
  async readAgain(executionId: string): Promise<void> {
    this.streams.delete(executionId);
    await this.fill(executionId);
  }

  /** What has arrived; the same object until more does. */
  get(executionId: string): StreamedText {
    return this.snapshots.get(executionId) ?? EMPTY;
  }

  /** How many bytes have arrived, shown or not yet. */
  known(executionId: string): number {
    return this.streams.get(executionId)?.known ?? 0;
  }

  /** When the first chunk arrived, in milliseconds of the clock; `null` where nobody looked by then. */
  began(executionId: string): number | null {
    return this.streams.get(executionId)?.began ?? null;
  }

  /** Calls `listener` after more has arrived. Answers how to stop. */
  subscribe(executionId: string, listener: () => void): () => void {
    const listeners = this.listeners.get(executionId) ?? new Set();
    listeners.add(listener);
    this.listeners.set(executionId, listeners);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) {
        this.listeners.delete(executionId);
        this.streams.delete(executionId);
        this.snapshots.delete(executionId);
      }
    };
  }

  /** Every stream that somebody looks at. */
  watched(): string[] {
    return [...this.listeners.keys()];
  }

  private open(executionId: string): Stream {
    let stream = this.streams.get(executionId);
    if (stream === undefined) {
      stream = {
        settled: [],
        last: '',
        length: 0,
        known: 0,
        began: null,
        filling: false,
        waiting: [],
        again: false,
      };
      this.streams.set(executionId, stream);
    }
    return stream;
  }

  /** Appends what is new in a chunk. Answers `false` where a gap lies before it. */
  private join(executionId: string, stream: Stream, { offset, size, text }: Chunk): boolean {
    if (offset > stream.known) return false;
    // What goes beyond the most that the page holds is left with the host.
    if (offset + size <= stream.known || stream.known >= MOST_BYTES) return true;
    append(stream, offset === stream.known ? text : cutBytes(text, stream.known - offset));
    stream.known = offset + size;
    if (this.dirty.size === 0) this.schedule(() => this.flush());
    this.dirty.add(executionId);
    return true;
  }

  private flush(): void {
    // Whoever was told goes to the end, so that all of them get their turn.
    const changed = [...this.dirty].slice(0, MOST_A_FRAME);
    for (const executionId of changed) this.dirty.delete(executionId);
    if (this.dirty.size > 0) this.schedule(() => this.flush());
    for (const executionId of changed) {
      const stream = this.streams.get(executionId);
      if (stream === undefined || stream.known === 0) continue;
      const { settled, last, length, known } = stream;
      this.snapshots.set(executionId, new StreamedText(settled, last, length, known));
      this.listeners.get(executionId)?.forEach((listener) => listener());
    }
  }
}

/** Appends to a stream. The last piece is looked at only once it is long, so that no word costs a copy of it. */
function append(stream: Stream, text: string): void {
  stream.last += text;
  stream.length += text.length;
  if (stream.last.length <= 2 * PIECE) return;
  const pieces = splitLines(stream.last);
  stream.last = pieces.pop() ?? '';
  stream.settled = [...stream.settled, ...pieces];
}

/** The most bytes of one answer that the page holds. */
export const MOST_BYTES = 64 * 1024 * 1024;

/** The text without its first `size` bytes of UTF-8. */
export function cutBytes(text: string, size: number): string {
  return new TextDecoder().decode(encoder.encode(text).subarray(size));
}

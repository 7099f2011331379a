import { describe, expect, it, vi } from 'vitest';
import { cutBytes, MOST_BYTES, Streams, TRY_AGAIN_MS } from './streams';

/** A host that holds `text` of one answer, and a frame that comes when the test says so. */
function world(text = '') {
  const bytes = new TextEncoder().encode(text);
  const read = vi.fn((_: string, offset: number) =>
    Promise.resolve({
      text: new TextDecoder().decode(bytes.subarray(offset)),
      offset,
      next: bytes.length,
      total: bytes.length,
      complete: false,
    }),
  );
  const frames: (() => void)[] = [];
  const streams = new Streams(read, (flush) => frames.push(flush));
  const frame = () => frames.splice(0).forEach((flush) => flush());
  return { streams, read, frame };
}

describe('streams', () => {
  it('joins chunks and tells listeners once a frame', () => {
    const { streams, frame } = world();
    const listener = vi.fn();
    streams.subscribe('e', listener);
    streams.take('e', 0, 5, 'Hello');
    streams.take('e', 5, 1, ' ');
    expect(streams.get('e').text).toBe('');
    frame();
    expect(streams.get('e')).toMatchObject({ text: 'Hello ', length: 6, known: 6 });
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('knows when the first chunk arrived, where somebody looked by then', async () => {
    vi.useFakeTimers({ now: 5000 });
    const { streams } = world('Hello world');
    streams.subscribe('early', () => undefined);
    streams.take('early', 0, 5, 'Hello');
    vi.setSystemTime(6000);
    streams.take('early', 5, 6, ' world');
    streams.take('early', 0, 5, 'Hello');
    expect(streams.began('early')).toBe(5000);
    streams.subscribe('late', () => undefined);
    await streams.fill('late');
    expect(streams.began('late')).toBeNull();
    vi.useRealTimers();
  });

  it('reads an answer whose reading has failed again, as long as somebody looks', async () => {
    vi.useFakeTimers();
    const { streams, read, frame } = world('Hello');
    const leave = streams.subscribe('e', () => undefined);
    read.mockRejectedValueOnce(new Error('lost')).mockRejectedValueOnce(new Error('lost'));
    await streams.fill('e');
    await vi.advanceTimersByTimeAsync(2 * TRY_AGAIN_MS);
    frame();
    expect(streams.get('e').text).toBe('Hello');
    expect(read).toHaveBeenCalledTimes(3);

    read.mockRejectedValueOnce(new Error('lost'));
    await streams.fill('e');
    leave();
    await vi.advanceTimersByTimeAsync(2 * TRY_AGAIN_MS);
    expect(read).toHaveBeenCalledTimes(4);
    vi.useRealTimers();
  });

  it('tells of many streams by turns, none of them left behind', () => {
    const { streams, frame } = world();
    const told: string[] = [];
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) streams.subscribe(name, () => told.push(name));
    const arrive = (offset: number) => names.forEach((name) => streams.take(name, offset, 1, name));
    arrive(0);
    frame();
    expect(told).toEqual(['a', 'b']);
    arrive(1);
    frame();
    frame();
    expect(told).toEqual(['a', 'b', 'c', 'd', 'e', 'a']);
    frame();
    frame();
    expect(told).toEqual(['a', 'b', 'c', 'd', 'e', 'a', 'b']);
    expect(streams.get('b').text).toBe('bb');
  });

  it('drops what it has already and cuts a chunk that overlaps, counting bytes and not letters', () => {
    const { streams, frame } = world();
    streams.subscribe('e', () => undefined);
    streams.take('e', 0, 4, 'éé');
    streams.take('e', 0, 4, 'éé');
    streams.take('e', 2, 5, 'é漢');
    frame();
    expect(streams.get('e')).toMatchObject({ text: 'éé漢', length: 3, known: 7 });
  });

  it('reads a gap from the host', async () => {
    const { streams, read, frame } = world('abcdef');
    streams.subscribe('e', () => undefined);
    streams.take('e', 0, 2, 'ab');
    streams.take('e', 4, 2, 'ef');
    await vi.waitFor(() => {
      frame();
      expect(streams.get('e').text).toBe('abcdef');
    });
    expect(read).toHaveBeenCalledExactlyOnceWith('e', 2);
  });

  it('keeps what arrives while it reads from the host', async () => {
    const { streams, read, frame } = world('ab');
    streams.subscribe('e', () => undefined);
    const filled = streams.fill('e');
    streams.take('e', 2, 1, 'c');
    streams.take('e', 3, 1, 'd');
    await filled;
    frame();
    expect(streams.get('e').text).toBe('abcd');
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('reads again where the end was announced while it read', async () => {
    const { streams, read, frame } = world('abcdef');
    read.mockResolvedValueOnce({ text: 'ab', offset: 0, next: 2, total: 2, complete: false });
    streams.subscribe('e', () => undefined);
    await Promise.all([streams.fill('e'), streams.fill('e')]);
    frame();
    expect(streams.get('e').text).toBe('abcdef');
  });

  it('goes on after a read that failed', async () => {
    const { streams, read, frame } = world('abc');
    read.mockRejectedValueOnce(new Error('gone'));
    streams.subscribe('e', () => undefined);
    await streams.fill('e');
    await streams.fill('e');
    frame();
    expect(streams.get('e').text).toBe('abc');
  });

  it('gathers nothing that nobody looks at', () => {
    const { streams, frame } = world();
    streams.take('e', 0, 1, 'a');
    streams.subscribe('e', () => undefined);
    frame();
    expect(streams.get('e').known).toBe(0);
  });

  it('takes nothing of an attempt that was cut off for a part of the next', async () => {
    const { streams, frame } = world('The whole answer');
    streams.subscribe('e', () => undefined);
    streams.take('e', 0, 5, 'First');
    frame();
    await streams.readAgain('e');
    expect(streams.get('e').text).toBe('First');
    frame();
    expect(streams.get('e')).toMatchObject({ text: 'The whole answer', known: 16 });
  });

  it('forgets an answer that nobody looks at any more', () => {
    const { streams, frame } = world();
    const stop = streams.subscribe('e', () => undefined);
    streams.take('e', 0, 1, 'a');
    frame();
    stop();
    expect(streams.get('e').text).toBe('');
    expect(streams.watched()).toEqual([]);
  });

  it('keeps the pieces of a long answer as they are while it grows', () => {
    const { streams, frame } = world();
    streams.subscribe('e', () => undefined);
    const line = `${'x'.repeat(99)}\n`;
    for (let at = 0; at < 1000; at += 1) streams.take('e', at * 100, 100, line);
    frame();
    const before = streams.get('e');
    streams.take('e', 100_000, 3, 'end');
    frame();
    const after = streams.get('e');
    expect(before.pieces.length).toBeGreaterThan(3);
    expect(after.pieces.slice(0, -1)).toEqual(before.pieces.slice(0, -1));
    expect(after.pieces.join('')).toBe(`${line.repeat(1000)}end`);
    expect(after.text).toBe(after.pieces.join(''));
    expect(before.text).toBe(line.repeat(1000));
  });

  it('holds no more of an answer than a page can', () => {
    const { streams, frame } = world();
    streams.subscribe('e', () => undefined);
    streams.take('e', 0, MOST_BYTES, 'most');
    streams.take('e', MOST_BYTES, 4, 'more');
    frame();
    expect(streams.get('e')).toMatchObject({ text: 'most', known: MOST_BYTES });
  });

  it('cuts bytes off the front of a text', () => {
    expect(cutBytes('é漢x', 2)).toBe('漢x');
  });
});

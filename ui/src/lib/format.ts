import { texts } from '../app/texts';

const integer = new Intl.NumberFormat('en-US');

/** A whole number with separators. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? texts.none : integer.format(value);
}

/** So many things of a kind: `1 line`, `2 lines`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** Milliseconds: `412 ms` below a second, `2.73 s` below a minute, else `3 min 5 s`. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return texts.none;
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (Math.round(seconds * 100) < 6000) return `${seconds.toFixed(2)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Milliseconds that run on: in tenths of a second, which can be read as they change. */
export function elapsed(ms: number): string {
  return ms < 59_950 ? `${(ms / 1000).toFixed(1)} s` : duration(ms);
}

/** Milliseconds that are guessed: in whole seconds, from ten minutes on in whole minutes. */
export function roughly(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds >= 600) return `${integer.format(Math.round(seconds / 60))} min`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** An amount in dollars as the host writes it: cents from a dollar on, below it two significant digits. */
export function dollars(amount: string | null | undefined): string {
  if (amount === null || amount === undefined) return texts.unknown;
  const value = Number(amount);
  if (value === 0) return '$0';
  const shown = Number(value.toPrecision(2));
  if (shown >= 1) return `$${value.toFixed(2)}`;
  // The host counts nano-dollars, so nine decimals hold every amount.
  return `$${shown.toFixed(9).replace(/0+$/, '')}`;
}

/** Tokens per second: with one decimal below a thousand. */
export function rate(value: number | null | undefined): string {
  if (value === null || value === undefined) return texts.none;
  return value < 999.95 ? value.toFixed(1) : integer.format(Math.round(value));
}

/** A moment as the reader's clock shows it: the time today, else the date. */
export function moment(timestamp: string, now = new Date()): string {
  const date = new Date(timestamp);
  const time = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (date.toDateString() === now.toDateString()) return time;
  const day = date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
  return `${day}, ${time}`;
}

/** The time of day to the second, as the reader's clock shows it. */
export function clock(timestamp: string): string {
  return new Date(timestamp).toLocaleTimeString('en-GB');
}

/** Bytes in the unit that suits. */
export function bytes(size: number): string {
  if (size < 1024) return `${size} B`;
  if (Math.round(size / 1024) < 1024) return `${(size / 1024).toFixed(0)} KiB`;
  if (size < 1024 ** 3) return `${(size / 1024 ** 2).toFixed(1)} MiB`;
  return `${(size / 1024 ** 3).toFixed(1)} GiB`;
}

/** A version's hash as people see it. */
export function shortVersion(id: string): string {
  return id.slice(0, 'ver_'.length + 12);
}

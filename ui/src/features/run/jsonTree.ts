/** More children than this are shown in ranges, so that no list is ever laid out as a whole. */
const MOST_CHILDREN = 1000;
/** Longer texts are folded to their beginning. */
const MOST_TEXT = 80;
/** Nodes with fewer children than this are open at first, to a depth. */
const OPEN_CHILDREN = 20;
const OPEN_DEPTH = 3;

type Name = string | number | null;

/** A line of a tree of JSON. */
export interface Row {
  readonly id: string;
  /** The row that it is in; none for the root. */
  readonly parent: Row | null;
  readonly depth: number;
  /** The name or number of a value in what holds it; `null` for the root, for a range and for a whole text. */
  readonly name: Name;
  readonly value: unknown;
  readonly kind: 'value' | 'range' | 'text';
  /** The children that a range or a container has, as numbers of them. */
  readonly from: number;
  readonly to: number;
  /** Whether it is open; `null` for what has nothing in it. */
  readonly isOpen: boolean | null;
  /** Its place among those beside it, from 1, and their number. */
  readonly place: number;
  readonly of: number;
}

/** What the reader has opened and closed, by row. */
export type Opened = ReadonlyMap<string, boolean>;

/** The lines of a tree that are to be seen, as it is opened. */
export function rowsOf(root: unknown, opened: Opened): Row[] {
  const rows: Row[] = [];
  const top = { parent: null, depth: 0, name: null, place: 1, of: 1, id: '' };
  visit(rows, opened, { ...top, value: root, isLavish: true });
  return rows;
}

interface Visited {
  id: string;
  parent: Row | null;
  depth: number;
  name: Name;
  value: unknown;
  place: number;
  of: number;
  /** Whether it may be open at first. */
  isLavish: boolean;
}

function visit(rows: Row[], opened: Opened, visited: Visited): void {
  const { isLavish, ...shared } = visited;
  const to = sizeOf(visited.value);
  const isLong = isLongText(visited.value);
  const first = isLavish && !isLong && (visited.depth === 0 || to <= OPEN_CHILDREN);
  const isOpen = to > 0 || isLong ? (opened.get(visited.id) ?? first) : null;
  const row: Row = { ...shared, kind: 'value', from: 0, to, isOpen };
  rows.push(row);
  if (isOpen !== true) return;
  if (isLong) rows.push(wholeText(row));
  else visitChildren(rows, opened, row, isLavish && to <= OPEN_CHILDREN && row.depth < OPEN_DEPTH);
}

function wholeText(row: Row): Row {
  const { value, depth } = row;
  const place = { place: 1, of: 1, from: 0, to: 0 };
  return {
    id: `${row.id}"`,
    parent: row,
    depth: depth + 1,
    name: null,
    value,
    kind: 'text',
    isOpen: null,
    ...place,
  };
}

function visitChildren(rows: Row[], opened: Opened, row: Row, isLavish: boolean): void {
  const { value, from, to } = row;
  const count = to - from;
  if (count > MOST_CHILDREN) {
    let step = MOST_CHILDREN;
    while (step * MOST_CHILDREN < count) step *= MOST_CHILDREN;
    const of = Math.ceil(count / step);
    for (let at = 0; at < of; at += 1) {
      const start = from + at * step;
      const id = `${row.id}/${start}…`;
      const isOpen = opened.get(id) ?? false;
      const range: Row = {
        ...{ id, parent: row, depth: row.depth + 1, name: null, value, kind: 'range' as const },
        ...{ from: start, to: Math.min(start + step, to), isOpen, place: at + 1, of },
      };
      rows.push(range);
      if (isOpen) visitChildren(rows, opened, range, false);
    }
    return;
  }
  for (let at = from; at < to; at += 1) {
    const [name, child] = childOf(value, at);
    const id = `${row.id}/${typeof name === 'string' ? name.replaceAll('/', '//') : at}`;
    visit(rows, opened, {
      ...{ id, parent: row, depth: row.depth + 1, name, value: child },
      ...{ place: at - from + 1, of: count, isLavish },
    });
  }
}

const namesOf = new WeakMap<object, string[]>();

/** The names of an object, read once. */
function names(value: object): string[] {
  let found = namesOf.get(value);
  if (found === undefined) {
    found = Object.keys(value);
    namesOf.set(value, found);
  }
  return found;
}

function childOf(value: unknown, at: number): [Name, unknown] {
  if (Array.isArray(value)) return [at, value[at]];
  const name = names(value as object)[at] ?? '';
  return [name, (value as Record<string, unknown>)[name]];
}

/** How many values a value holds. */
export function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? names(value).length : 0;
}

/** Whether a value is a text that one line does not hold. */
function isLongText(value: unknown): value is string {
  return typeof value === 'string' && (value.length > MOST_TEXT || value.includes('\n'));
}

/** A plain value in one line, and no longer than that. */
export function lineOf(value: unknown): string {
  if (!isLongText(value)) return JSON.stringify(value);
  return `${JSON.stringify(value.slice(0, MOST_TEXT)).slice(0, -1)}…"`;
}

/** The way to a row, as JSONPath (RFC 9535) writes it in brackets and dots. */
export function pathOf(row: Row): string {
  const steps: string[] = [];
  for (let at: Row | null = row; at !== null; at = at.parent) {
    if (typeof at.name === 'number') steps.push(`[${at.name}]`);
    else if (at.name !== null)
      steps.push(/^[A-Za-z_]\w*$/.test(at.name) ? `.${at.name}` : `[${quoted(at.name)}]`);
  }
  return `$${steps.toReversed().join('')}`;
}

function quoted(name: string): string {
  return `'${JSON.stringify(name).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** Where a key leads in a tree, and what it opens or closes there. */
export interface Move {
  readonly to: number;
  readonly open?: boolean;
}

/** What a key does, by the pattern of a tree of the ARIA practices; `null` where it does nothing. */
export function moveOf(key: string, rows: readonly Row[], at: number): Move | null {
  const row = rows[at];
  if (row === undefined) return null;
  const last = rows.length - 1;
  switch (key) {
    case 'ArrowDown':
      return { to: Math.min(at + 1, last) };
    case 'ArrowUp':
      return { to: Math.max(at - 1, 0) };
    case 'PageDown':
      return { to: Math.min(at + 10, last) };
    case 'PageUp':
      return { to: Math.max(at - 10, 0) };
    case 'Home':
      return { to: 0 };
    case 'End':
      return { to: last };
    case 'ArrowRight':
      if (row.isOpen === null) return null;
      return row.isOpen ? { to: at + 1 } : { to: at, open: true };
    case 'ArrowLeft':
      if (row.isOpen === true) return { to: at, open: false };
      return row.parent === null ? null : { to: rows.indexOf(row.parent) };
    case 'Enter':
    case ' ':
      return row.isOpen === null ? null : { to: at, open: !row.isOpen };
    default:
      return null;
  }
}

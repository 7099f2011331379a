import type { Variable } from '../../bindings/types';
import { inputSetTexts } from './texts';

const problems = inputSetTexts.problems;

/** What a pasted text gives to whom. */
export interface Pasted {
  /** The values of the variables that it names, in its order. */
  readonly inputs: Record<string, unknown>;
  /** The names in it that no variable has. */
  readonly unknown: string[];
}

/** What was read, or why it cannot be; nothing is said of an empty text. */
export type Reading = { ok: true; pasted: Pasted } | { ok: false; problem: string };

/** Reads a JSON object, or the header and the row of a table with commas, semicolons or tabs. */
export function readPasted(text: string, variables: readonly Variable[], used: readonly string[]): Reading {
  if (text.trim() === '') return { ok: false, problem: problems.empty };
  const found = text.trimStart().startsWith('{') ? fromJson(text) : fromTable(text, variables);
  if (typeof found === 'string') return { ok: false, problem: found };
  const known = new Set([...variables.map(({ name }) => name), ...used]);
  return {
    ok: true,
    pasted: {
      inputs: Object.fromEntries([...found].filter(([name]) => known.has(name))),
      unknown: [...found.keys()].filter((name) => !known.has(name)),
    },
  };
}

function fromJson(text: string): Map<string, unknown> | string {
  try {
    // Begun with a brace, it is an object or nothing.
    return new Map(Object.entries(JSON.parse(text) as Record<string, unknown>));
  } catch {
    return problems.json;
  }
}

function fromTable(text: string, variables: readonly Variable[]): Map<string, unknown> | string {
  const rows = cells(text);
  if (typeof rows === 'string') return rows;
  const [header, row] = rows;
  if (header === undefined || row === undefined || rows.length !== 2) return problems.rows(rows.length);
  if (header.length !== row.length) return problems.ragged(header.length, row.length);
  const found = new Map<string, unknown>();
  for (const [at, cell] of header.entries()) {
    const name = cell.trim();
    if (name === '') return problems.name;
    if (found.has(name)) return problems.twice(name);
    const variable = variables.find((known) => known.name === name);
    const value = convert(row[at] ?? '', variable?.type ?? 'string');
    if (value === undefined) return problems.type(name, variable?.type ?? 'string');
    found.set(name, value);
  }
  return found;
}

/** A cell as the type that the variable has; `undefined` where it cannot be that. */
function convert(cell: string, type: Variable['type']): unknown {
  const word = cell.trim();
  switch (type) {
    case 'number':
      return word !== '' && Number.isFinite(Number(word)) ? Number(word) : undefined;
    case 'boolean':
      return { true: true, false: false, yes: true, no: false, '1': true, '0': false }[word.toLowerCase()];
    case 'array':
    case 'object': {
      try {
        const value: unknown = JSON.parse(word);
        const fits = type === 'array' ? Array.isArray(value) : isObject(value);
        return fits ? value : undefined;
      } catch {
        return undefined;
      }
    }
    default:
      return cell;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The cells of a table by RFC 4180, whose columns are parted by what its header has: tabs, semicolons or commas. */
function cells(text: string): string[][] | string {
  const header = text.slice(0, text.search(/\r?\n|$/));
  const separator = header.includes('\t') ? '\t' : header.includes(';') ? ';' : ',';
  const rows: string[][] = [[]];
  let at = 0;
  for (;;) {
    let cell = '';
    if (text[at] === '"') {
      const end = closingQuote(text, at + 1);
      if (end === -1) return problems.quote;
      cell = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    }
    const end = endOfCell(text, at, separator);
    rows.at(-1)?.push(cell + text.slice(at, end));
    at = end;
    if (text[at] === separator) at += 1;
    else {
      if (text[at] === '\r' && text[at + 1] === '\n') at += 1;
      at += 1;
      // What follows the last line is not a line.
      if (at >= text.length || text.slice(at).trim() === '') return rows;
      rows.push([]);
    }
  }
}

function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] !== '"') continue;
    if (text[at + 1] !== '"') return at;
    at += 1;
  }
  return -1;
}

function endOfCell(text: string, from: number, separator: string): number {
  let at = from;
  while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at += 1;
  return at;
}

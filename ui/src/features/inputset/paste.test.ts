import { describe, expect, it } from 'vitest';
import type { Variable } from '../../bindings/types';
import { readPasted } from './paste';

const variables = [
  { name: 'name', type: 'string', required: true },
  { name: 'count', type: 'number', required: false },
  { name: 'urgent', type: 'boolean', required: false },
  { name: 'lines', type: 'array', required: false },
] as Variable[];
const read = (text: string) => readPasted(text, variables, ['undeclared']);
const inputs = (text: string) => {
  const reading = read(text);
  return reading.ok ? reading.pasted.inputs : reading.problem;
};

describe('pasted inputs', () => {
  it('are read from a JSON object, with unknown names told', () => {
    expect(read(' { "name": "Bob", "count": 2, "undeclared": [1], "other": null }')).toEqual({
      ok: true,
      pasted: { inputs: { name: 'Bob', count: 2, undeclared: [1] }, unknown: ['other'] },
    });
    expect(inputs('{ "name": ')).toMatch(/not a JSON object/);
  });

  it('are read from two lines of a table, in the types of the variables', () => {
    const all = { name: 'Bob', count: 2.5, urgent: true };
    expect(inputs('name\tcount\turgent\nBob\t2.5\tTRUE')).toEqual(all);
    expect(inputs('name,count,urgent\r\nBob,2.5,yes\r\n')).toEqual(all);
    expect(inputs('name;lines\nBob;"[1, ""a""]"\n\n')).toEqual({ name: 'Bob', lines: [1, 'a'] });
    expect(inputs('name\nBob')).toEqual({ name: 'Bob' });
    expect(inputs('name,count\n,1')).toEqual({ name: '', count: 1 });
  });

  it('may have separators, quotes and new lines between quotes', () => {
    expect(inputs('name,"undeclared"\n"Bob, ""the\r\nBuilder""","x\ty"')).toEqual({
      name: 'Bob, "the\r\nBuilder"',
      undeclared: 'x\ty',
    });
  });

  it('say what is wrong with them', () => {
    for (const [text, problem] of [
      ['', ''],
      ['name', 'A header and one row of values are needed, got 1 line'],
      ['name\nBob\nEve', 'A header and one row of values are needed, got 3 lines'],
      ['name,count\nBob', 'The header has 2 names, but the row has 1 value'],
      ['name,count\nBob,1,2', 'The header has 2 names, but the row has 3 values'],
      ['name\n"Bob', 'A quoted value has no end'],
      ['name,\nBob,1', 'A column has no name'],
      ['name,name\nBob,Eve', '`name` stands twice in the header'],
      ['count\nmany', '`count` must be number'],
      ['lines\n{}', '`lines` must be array'],
    ]) {
      expect(inputs(text ?? ''), text).toBe(problem);
    }
  });
});

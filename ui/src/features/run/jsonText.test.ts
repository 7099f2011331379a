import { describe, expect, it } from 'vitest';
import { closeJson, findJson, hasLongNumbers, indentJson } from './jsonText';

const VALUE = {
  name: 'a "quoted" \\ text, {with} [brackets]',
  list: [1, -2.5e3, true, null, [], {}, ['é😀\n']],
  deep: { a: { b: [{ c: 'd' }] } },
};

describe('closeJson', () => {
  it('makes something that can be read of every beginning', () => {
    for (const text of [JSON.stringify(VALUE), JSON.stringify(VALUE, null, 2)]) {
      for (let length = 1; length <= text.length; length += 1) {
        const closed = closeJson(text.slice(0, length));
        expect(() => JSON.parse(closed ?? '!') as unknown, text.slice(0, length)).not.toThrow();
      }
      expect(JSON.parse(closeJson(text) ?? '')).toEqual(VALUE);
    }
  });

  it.each([
    ['{"a": "tex', { a: 'tex' }],
    ['{"a": 1, "b', { a: 1 }],
    ['{"a": 1, "b": tr', { a: 1 }],
    ['[1, 2', [1]],
    ['[1, 2,', [1, 2]],
    ['["a\\u00e', ['a']],
    ['["a\\\\', ['a\\']],
    ['["a\\', ['a']],
  ])('takes of %s what is sure', (text, value) => {
    expect(JSON.parse(closeJson(text) ?? '')).toEqual(value);
  });

  it.each(['', 'x]', '[}', '"'.slice(1)])('answers nothing for %j', (text) => {
    expect(closeJson(text)).toBeNull();
  });
});

describe('indentJson', () => {
  it('indents as is usual, and changes nothing else', () => {
    expect(indentJson(JSON.stringify(VALUE))).toBe(JSON.stringify(VALUE, null, 2));
    expect(indentJson('{"n":12345678901234567890,"x":1.0}')).toBe(
      '{\n  "n": 12345678901234567890,\n  "x": 1.0\n}',
    );
  });

  it('shows every beginning as the beginning of what is shown at the end', () => {
    const text = JSON.stringify(VALUE);
    const whole = indentJson(text);
    for (let length = 1; length <= text.length; length += 1) {
      const begun = indentJson(text.slice(0, length)).replace(/[[{]$/, '');
      expect(whole.startsWith(begun), begun).toBe(true);
    }
  });
});

describe('findJson', () => {
  it.each([
    ['all of it', ' {"a": 1}\n', { value: { a: 1 }, from: 'whole' }],
    ['a block', 'Here:\n\n```json\n{"a": 1}\n```\n\nDone.', { value: { a: 1 }, from: 'fence' }],
    ['the first block that is', '```js\nlet a;\n```\n~~~\n[1]\n~~~', { value: [1], from: 'fence' }],
  ])('finds %s', (_, text, found) => {
    expect(findJson(text, true)).toEqual(found);
  });

  it('finds a beginning while it grows, and none at the end', () => {
    expect(findJson('{"a": [1, ', false)).toEqual({ value: { a: [1] }, from: 'part' });
    expect(findJson('```json\n{"a": [1, ', false)).toEqual({ value: { a: [1] }, from: 'part' });
    expect(findJson('{"a": [1, ', true)).toBeNull();
    expect(findJson('Some words', false)).toBeNull();
  });
});

describe('hasLongNumbers', () => {
  it('finds those that would be rounded', () => {
    expect(hasLongNumbers('{"id": 12345678901234567}')).toBe(true);
    expect(hasLongNumbers('{"id": "12345678901234567", "n": 123}')).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { tagsOf } from './syntax';
import { tokensOf } from './tags';

const tokens = (text: string) => tagsOf(text).flatMap(tokensOf);

const shown = (text: string) => tokens(text).map(({ from, to, kind }) => `${kind}:${text.slice(from, to)}`);

describe('the tokens of a template', () => {
  it.each<[string, string[]]>([
    ['no tags', []],
    ['Hello {{name}}!', ['value:{{name}}']],
    ['{{{user.name}}}', ['value:{{{user.name}}}']],
    ['{{#if focus}}a{{/if}}', ['key:{{#if ', 'value:focus', 'key:}}', 'key:{{/if}}']],
    ['{{else if other}}', ['key:{{else if ', 'value:other', 'key:}}']],
    ['{{role "system"}}', ['key:{{role ', 'literal:"system"', 'key:}}']],
    ['{{json value indent=2}}', ['key:{{json ', 'value:value', 'key: indent=', 'literal:2', 'key:}}']],
    [
      '{{#each (lookup map key) as |item|}}',
      ['key:{{#each (lookup ', 'value:map', 'key: ', 'value:key', 'key:) as |', 'value:item', 'key:|}}'],
    ],
    ['{{history}}', ['key:{{history}}']],
    ['{{!-- not {{this}} --}}', ['comment:{{!-- not {{this}} --}}']],
    ["{{! don't }}", ["comment:{{! don't }}"]],
    ['{{~name~}}', ['value:{{~name~}}']],
    ['\\{{name}}', []],
    ['{{open {{name}}', ['value:{{name}}']],
    ['{{json "}}"}}', ['key:{{json ', 'literal:"}}"', 'key:}}']],
    ['{{never closed', []],
  ])('of %j', (text, expected) => {
    expect(shown(text)).toEqual(expected);
  });

  it('stay in order and never overlap, whatever the text is', () => {
    const pieces = [
      '{{',
      '}}',
      '#if ',
      'name',
      '"',
      '\\',
      '!--',
      '--',
      '(',
      '|',
      '=',
      ' ',
      '~',
      '\n',
      '[',
      ']',
      '{',
    ];
    let seed = 7;
    const next = () => (seed = (seed * 48271) % 2147483647);
    for (let round = 0; round < 2000; round += 1) {
      const text = Array.from({ length: 12 }, () => pieces[next() % pieces.length]).join('');
      let end = 0;
      for (const token of tokens(text)) {
        expect(token.from).toBeGreaterThanOrEqual(end);
        expect(token.to).toBeGreaterThan(token.from);
        end = token.to;
      }
      expect(end).toBeLessThanOrEqual(text.length);
    }
  });
});

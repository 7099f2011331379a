import { describe, expect, it } from 'vitest';
import type { Content } from '../../../bindings/types';
import { renamed, renameInText, renameProblem, usesIn } from './rename';

const noFlags = () => false;
const rename = (text: string) => renameInText(text, 'name', 'title', noFlags);

describe('a variable with another name', () => {
  it.each<[why: string, before: string, after: string]>([
    [
      'a value',
      '{{name}} {{{name}}} {{&name}} {{~ name ~}}',
      '{{title}} {{{title}}} {{&title}} {{~ title ~}}',
    ],
    [
      'its fields go along',
      '{{name.first}} {{name/last}} {{name.[odd one]}}',
      '{{title.first}} {{title/last}} {{title.[odd one]}}',
    ],
    ['in brackets', '{{[name]}}', '{{[title]}}'],
    ['after `this`', '{{this.name}} {{./name}}', '{{this.title}} {{./title}}'],
    [
      'as an argument',
      '{{json name indent=2}} {{lookup name (lookup name 0)}}',
      '{{json title indent=2}} {{lookup title (lookup title 0)}}',
    ],
    ['in conditions', '{{#if name}}a{{else if name}}b{{/if}}', '{{#if title}}a{{else if title}}b{{/if}}'],
    ['a section names it at both ends', '{{#name}}{{first}}{{/name}}', '{{#title}}{{first}}{{/title}}'],
    [
      'a section of a field as well',
      '{{^name.first}}none{{/name.first}}',
      '{{^title.first}}none{{/title.first}}',
    ],
    [
      'from within a loop',
      '{{#each items}}{{../name}} {{@root.name}}{{/each}}',
      '{{#each items}}{{../title}} {{@root.title}}{{/each}}',
    ],
    [
      'behind the `else` of a loop',
      '{{#each items}}{{name}}{{else}}{{name}}{{/each}}',
      '{{#each items}}{{name}}{{else}}{{title}}{{/each}}',
    ],
    ['behind the end of a loop', '{{#each items}}{{/each}}{{name}}', '{{#each items}}{{/each}}{{title}}'],
    [
      'where `with` looks at all inputs',
      '{{#with this}}{{name}}{{/with}}',
      '{{#with this}}{{title}}{{/with}}',
    ],
    [
      'under another name for all inputs',
      '{{#with @root as |all|}}{{all.name}}{{/with}}',
      '{{#with @root as |all|}}{{all.title}}{{/with}}',
    ],
    [
      'where a block takes the new name',
      '{{#with this as |title|}}{{name}}{{/with}}',
      '{{#with this as |title|}}{{this.title}}{{/with}}',
    ],
    ['beside a broken tag', '{{name}} {{name} {{#each}} {{name', '{{title}} {{name} {{#each}} {{name'],
  ])('%s', (_, before, after) => {
    expect(rename(before)).toBe(after);
  });

  it.each([
    ['a field of an item', '{{#each items}}{{name}} {{this.name}}{{/each}}'],
    ['a field of a value', '{{#with user}}{{name}}{{/with}} {{user.name}}'],
    ['a block parameter', '{{#each items as |name|}}{{name}}{{/each}}'],
    ['a string', '{{json "name"}} {{lookup this \'name\'}}'],
    ['a comment', '{{! name }} {{!-- {{name}} --}}'],
    ['text', 'name, {name} and \\{{name}}'],
    ['a longer name', '{{names}} {{name_2}} {{first-name}}'],
    ['a local', '{{@name}}'],
    ['the name of an argument', '{{json this name=1}}'],
    ['a helper that does not exist', '{{name "x"}}'],
  ])('is not %s', (_, text) => {
    expect(rename(text)).toBe(text);
  });

  it('is still at the top inside of a section over a boolean, which is a condition', () => {
    const text = '{{#formal}}{{name}}{{/formal}}';
    expect(rename(text)).toBe(text);
    expect(renameInText(text, 'name', 'title', (flag) => flag === 'formal')).toBe(
      '{{#formal}}{{title}}{{/formal}}',
    );
  });

  it('comes back as it was, whatever the template is', () => {
    const pieces = [
      '{{',
      '}}',
      '{{name}}',
      '{{#each name}}',
      '{{/each}}',
      '{{#name}}',
      '{{/name}}',
      '{{else}}',
      'name',
      '{{../name.a}}',
      '{{#with this as |x|}}',
      '{{/with}}',
      '"',
      ' ',
      '\\',
      '{{!-- ',
      ' --}}',
      '{{json name}}',
      '|',
      '\n',
      '~',
    ];
    let seed = 11;
    const next = () => (seed = (seed * 48271) % 2147483647);
    for (let round = 0; round < 3000; round += 1) {
      const text = Array.from({ length: 10 }, () => pieces[next() % pieces.length]).join('');
      const there = renameInText(text, 'name', 'other', noFlags);
      expect(usesIn(there, 'name', noFlags)).toEqual([]);
      expect(usesIn(there, 'other', noFlags)).toHaveLength(usesIn(text, 'name', noFlags).length);
      expect(renameInText(there, 'other', 'name', noFlags)).toBe(text);
    }
  });
});

const content: Content = {
  body: {
    kind: 'messages',
    messages: [
      { role: 'system', template: 'Be brief.' },
      { role: 'user', template: '{{name}} {{free}}' },
    ],
  },
  variables: [
    { name: 'name', type: 'string', required: true },
    { name: 'tone', type: 'string', required: false },
  ],
  settings: { parameters: {} },
  validations: [],
};

it('a prompt gets the new name in its declaration, its inputs and its templates', () => {
  const next = renamed({ content, inputs: { name: 'Ada', tone: 'dry' } }, 'name', 'title');
  expect(next.content.variables.map(({ name }) => name)).toEqual(['title', 'tone']);
  expect(Object.entries(next.inputs)).toEqual([
    ['title', 'Ada'],
    ['tone', 'dry'],
  ]);
  expect(next.content.body).toEqual({
    kind: 'messages',
    messages: [
      { role: 'system', template: 'Be brief.' },
      { role: 'user', template: '{{title}} {{free}}' },
    ],
  });
  expect(renamed(next, 'title', 'name')).toEqual({ content, inputs: { name: 'Ada', tone: 'dry' } });
});

it.each([
  ['title', null],
  ['name', null],
  ['9x', 'malformed'],
  ['tone', 'taken'],
  ['free', 'taken'],
  ['entered', 'taken'],
  ['json', 'reserved'],
  ['this', 'reserved'],
])('%s as another name: %s', (to, problem) => {
  expect(renameProblem({ content, inputs: { entered: 1 } }, 'name', to)).toBe(problem);
});

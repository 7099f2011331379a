import { type Completion, CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { completions } from './completion';
import type { Knowledge } from './knowledge';
import { surroundings } from './state';

const knowledge: Knowledge = {
  variables: [
    {
      name: 'user',
      type: 'object',
      required: true,
      schema: {
        properties: { name: { type: 'string' }, home: { $ref: '#/$defs/address' } },
        required: ['name'],
        $defs: { address: { properties: { city: { type: 'string' } } } },
      },
    },
    { name: 'items', type: 'array', required: false, schema: { properties: { title: { type: 'string' } } } },
    { name: 'tone', type: 'enum', required: false, options: ['dry'] },
  ],
  inputs: { user: { name: 'Ada', age: 36 }, items: [{ title: 'One' }, { pages: 3 }], free: { field: 1 } },
  partials: [],
};

function offered(text: string): Completion[] {
  const pos = text.indexOf('‸');
  const around = surroundings.of({
    know: () => knowledge,
    hasRoles: () => true,
    goToInput: () => undefined,
    renameProblem: () => null,
    rename: () => undefined,
    renameBack: () => undefined,
    declare: () => undefined,
    partials: () => Promise.resolve([]),
    openPrompt: () => undefined,
  });
  const state = EditorState.create({ doc: text.replace('‸', ''), extensions: [around] });
  return [...(completions(new CompletionContext(state, pos, false))?.options ?? [])];
}

const labels = (text: string) => offered(text).map(({ label }) => label);

describe('what is offered', () => {
  it('outside of tags, in strings and in comments is nothing', () => {
    for (const text of ['us‸', '{{json "us‸', '{{! us‸', '\\{{us‸', '{{#each items as |it‸']) {
      expect(labels(text), text).toEqual([]);
    }
  });

  it('at the beginning of a tag is a variable, a helper, or what else can stand there', () => {
    expect(labels('{{‸')).toEqual(
      expect.arrayContaining([
        'user',
        'items',
        'tone',
        'free',
        'if',
        'each',
        'json',
        'history',
        'else',
        'this',
      ]),
    );
    expect(labels('{{‸')).not.toContain('@index');
  });

  it.each<[string, string[]]>([
    ['{{user.‸', ['name', 'home', 'age']],
    ['{{user.na‸}}', ['name', 'home', 'age']],
    ['{{user.home.‸', ['city']],
    ['{{json user.‸}}', ['name', 'home', 'age']],
    ['{{free.‸', ['field']],
    ['{{items.0.‸', ['title']],
    ['{{#with user}}{{home/‸', ['city']],
    ['{{#each items}}{{this.‸{{/each}}', ['title', 'pages']],
    ['{{#each items}}{{../user.‸', ['name', 'home', 'age']],
    ['{{#each items as |item|}}{{item.‸', ['title', 'pages']],
    ['{{@root.user.‸', ['name', 'home', 'age']],
    ['{{tone.‸', []],
    ['{{#if user}}{{#each items}}{{/‸', ['each', 'if']],
    ['{{role "‸', ['system', 'user', 'assistant', 'tool']],
  ])('at %j', (text, expected) => {
    expect(labels(text)).toEqual(expected);
  });

  it('inside of a loop are the fields of an item, the words of the loop, and the variables by their way', () => {
    const found = labels('{{#each items}}{{‸');
    expect(found).toEqual(expect.arrayContaining(['title', 'pages', '@index', '@first', '@root.tone']));
    expect(found).not.toContain('tone');
  });

  it('as an argument are the names that a helper takes, and a name for the item of a loop', () => {
    expect(labels('{{json user ‸')).toContain('indent=');
    expect(labels('{{#each items ‸')).toContain('as |item|');
    expect(labels('{{lookup (‸')).toContain('lookup');
  });

  it('says what type a value has and whether it must be there', () => {
    const found = offered('{{user.‸');
    expect(found.map(({ label, detail }) => [label, detail])).toEqual([
      ['name', 'string, required'],
      ['home', ''],
      ['age', 'number'],
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { openAt, readTemplate, resolve, scopeAt } from './scope';
import { pathOf, tagsOf } from './syntax';

const kinds = (text: string) => tagsOf(text).map(({ kind, from, to }) => `${kind}:${text.slice(from, to)}`);

describe('the tags of a template', () => {
  it.each<[string, string[]]>([
    ['{{a}} {{#if b}}{{else}}{{/if}}', ['value:{{a}}', 'open:{{#if b}}', 'else:{{else}}', 'close:{{/if}}']],
    ['{{json "}}" indent=2}}', ['value:{{json "}}" indent=2}}']],
    ['{{!-- {{a}} --}}{{b}}', ['comment:{{!-- {{a}} --}}', 'value:{{b}}']],
    ['{{^}}{{^a}}', ['else:{{^}}', 'open:{{^a}}']],
    ['{{elsewhere}}', ['value:{{elsewhere}}']],
    ['{{open {{a}}', ['broken:{{open ', 'value:{{a}}']],
    ['{{#if (}}{{/if}}', ['open:{{#if (}}', 'close:{{/if}}']],
    ['\\{{a}} \\\\{{b}}', ['value:{{b}}']],
    ['{{{{raw}}}}', ['broken:{{{{raw}}}}']],
  ])('of %j', (text, expected) => {
    expect(kinds(text)).toEqual(expected);
  });
});

describe('blocks', () => {
  const marks = (text: string) =>
    readTemplate(text).blocks.map(({ open, elses, close }) =>
      [open, ...elses, ...(close === null ? [] : [close])]
        .map(({ from, to }) => text.slice(from, to))
        .join(' '),
    );

  it.each<[string, string[]]>([
    ['{{#if a}}{{#each b}}{{/each}}{{/if}}', ['{{#if a}} {{/if}}', '{{#each b}} {{/each}}']],
    ['{{#if a}}{{else if b}}{{else}}{{/if}}', ['{{#if a}} {{else if b}} {{else}} {{/if}}']],
    ['{{#if a}}{{#each b}}{{/if}}', ['{{#if a}} {{/if}}', '{{#each b}}']],
    ['{{#if a}}', ['{{#if a}}']],
    ['{{/if}}', []],
  ])('of %j', (text, expected) => {
    expect(marks(text)).toEqual(expected);
  });

  it('that are open somewhere are known, the innermost first', () => {
    const text = '{{#if a}}{{#each b}} {{/each}}';
    const open = openAt(readTemplate(text), text.indexOf(' {{/'));
    expect(open.map(({ open: { name } }) => name?.name)).toEqual(['each', 'if']);
  });
});

describe('a path', () => {
  const steps = (text: string, path: string) => {
    const found = pathOf(path);
    const at = text.indexOf('‸');
    const scope = scopeAt(readTemplate(text.replace('‸', '')), at);
    return found && resolve(found, scope, () => false)?.steps.map(String);
  };

  it.each<[string, string, string[] | undefined]>([
    ['‸', 'user.name', ['user', 'name']],
    ['{{#each items}}‸', 'name', ['items', 'Symbol(item)', 'name']],
    ['{{#each items}}‸', '../tone', ['tone']],
    ['{{#each items}}{{#with author}}‸', '../name', ['items', 'Symbol(item)', 'name']],
    ['{{#each items as |item|}}{{#with item.author}}‸', 'item.name', ['items', 'Symbol(item)', 'name']],
    ['{{#each items}}‸', '../../tone', undefined],
    ['{{#with (lookup items 0)}}‸', 'name', undefined],
    ['{{#items}}‸', 'name', ['items', 'Symbol(inside)', 'name']],
    ['{{^items}}‸{{/items}}', 'name', ['name']],
    ['{{#each items}}{{else}}‸{{/each}}', 'name', ['name']],
  ])('at %j: %j', (text, path, expected) => {
    expect(steps(text, path)).toEqual(expected);
  });
});

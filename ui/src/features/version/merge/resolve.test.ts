import { expect, test } from 'vitest';
import type { Conflict, Content } from '../../../bindings/types';
import { resolve } from './resolve';

const messages = (...templates: string[]): Content => ({
  body: { kind: 'messages', messages: templates.map((template) => ({ role: 'user', template })) },
  variables: [],
  settings: { parameters: { temperature: 0.5 } },
  validations: [],
});

const lines = (index: number, start: number, ours: string, theirs: string): Conflict => ({
  place: { kind: 'messageText', index },
  pointer: `/body/messages/${index}/template`,
  lines: { start, count: ours === '' ? 0 : 1 },
  base: '',
  ours,
  theirs,
});

test('lines of several conflicts in one text are settled without moving each other', () => {
  const content = messages('a ours\nkept\r\nb ours\n');
  const conflicts = [lines(0, 0, 'a ours\n', 'a theirs\nand more\n'), lines(0, 2, 'b ours\n', 'b theirs\n')];
  expect(resolve(content, conflicts, [{ kind: 'theirs' }, { kind: 'both' }])).toEqual(
    messages('a theirs\nand more\nkept\r\nb ours\nb theirs\n'),
  );
  expect(resolve(content, conflicts, [{ kind: 'hand', value: 'mine\n' }, null])).toEqual(
    messages('mine\nkept\r\nb ours\n'),
  );
});

test('lines of both sides never run into each other', () => {
  const conflict = lines(0, 0, 'no end', 'theirs');
  expect(resolve(messages('no end'), [conflict], [{ kind: 'both' }])).toEqual(messages('no end\ntheirs'));
});

test('what is taken out leaves the places of the others until the end, also where the order changes', () => {
  const content = messages('one', 'two ours', 'three');
  const conflicts: Conflict[] = [
    {
      place: { kind: 'order', list: 'messages' },
      pointer: '/body/messages',
      ours: [0, 1, 2],
      theirs: [2, 1, 0],
    },
    { place: { kind: 'message', index: 0 }, pointer: '/body/messages/0', base: {}, ours: {} },
    lines(1, 0, 'two ours', 'two theirs'),
  ];
  expect(resolve(content, conflicts, [{ kind: 'theirs' }, { kind: 'theirs' }, { kind: 'theirs' }])).toEqual(
    messages('three', 'two theirs'),
  );
});

test('a parameter that a side removed goes, and names with a slash are found', () => {
  const content = messages('x');
  content.settings.parameters.extra = { 'a/b~c': 1 };
  const conflicts: Conflict[] = [
    {
      place: { kind: 'parameter', path: ['temperature'] },
      pointer: '/settings/parameters/temperature',
      ours: 0.5,
    },
    {
      place: { kind: 'parameter', path: [] },
      pointer: '/settings/parameters/extra/a~1b~0c',
      ours: 1,
      theirs: 2,
    },
  ];
  const settled = resolve(content, conflicts, [{ kind: 'theirs' }, { kind: 'theirs' }]);
  expect(settled.settings.parameters).toEqual({ extra: { 'a/b~c': 2 } });
  expect(content.settings.parameters.temperature).toBe(0.5);
});

import { describe, expect, it } from 'vitest';
import type { Variable } from '../../bindings/types';
import { freeName, isName, problemsOf, tidy, withInput, withType } from './variable';

const language: Variable = { name: 'language', type: 'enum', required: true, options: ['go', 'rust'] };

it.each([
  ['name', true],
  ['_x9', true],
  ['9x', false],
  ['a-b', false],
  ['', false],
])('%j as a name: %s', (name, valid) => {
  expect(isName(name)).toBe(valid);
});

describe('a variable', () => {
  it('is written as the host writes it, however it was edited', () => {
    const edited = {
      sensitive: false,
      pattern: '',
      max: null,
      options: [],
      description: '',
      ...language,
      default: null,
    };
    expect(JSON.stringify(tidy(edited))).toBe(JSON.stringify(language));
  });

  it('keeps the default false and the limit 0', () => {
    expect(tidy({ name: 'a', type: 'boolean', required: false, default: false })).toHaveProperty(
      'default',
      false,
    );
    expect(tidy({ name: 'a', type: 'number', required: false, min: 0 })).toHaveProperty('min', 0);
  });

  it('loses with its type what only that type has', () => {
    const named = { ...language, default: 'go', description: 'of the code' };
    expect(withType(named, 'string')).toEqual({
      name: 'language',
      type: 'string',
      required: true,
      description: 'of the code',
    });
  });
});

it('a new name is free', () => {
  expect(freeName(['variable_1', 'other'])).toBe('variable_2');
});

it('problems are found by name, not by its beginning', () => {
  const at = (path: string) => ({ message: path, at: { path } });
  const all = [at('inputs.file'), at('inputs.files'), at('inputs.file[0].path'), at('inputs.file.a')];
  expect(problemsOf(all, 'file').map(({ message }) => message)).toEqual([
    'inputs.file',
    'inputs.file[0].path',
    'inputs.file.a',
  ]);
});

it('inputs keep their order when one changes or goes', () => {
  expect(Object.entries(withInput({ a: 1, b: 2 }, 'a', 3))).toEqual([
    ['a', 3],
    ['b', 2],
  ]);
  expect(withInput({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 });
  expect(withInput({ a: 1 }, 'c', undefined)).toEqual({ a: 1 });
});

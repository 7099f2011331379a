import { expect, test } from 'vitest';
import type { Problem } from '../../bindings/types';
import {
  assertionChoices,
  changed,
  consequences,
  formOf,
  found,
  freeName,
  guideOf,
  inForm,
  problemsAt,
} from './rules';

test('assertions are found by what they check, those of the name first', () => {
  const names = (typed: string) => found(assertionChoices, typed).map(({ label }) => label);
  expect(names('contains-any')[0]).toBe('contains-any');
  expect(names('capital letters')).toContain('icontains');
  expect(names('judges criterion')).toContain('llm-rubric');
  expect(names('no such assertion')).toEqual([]);
});

test('a new assertion begins in the form of its example, empty where it is a text', () => {
  const rule = (name: string) => assertionChoices.find(({ label }) => label === name)?.rule;
  expect(rule('contains')).toEqual({ kind: 'assertion', type: 'contains', value: '' });
  expect(rule('contains-any')).toEqual({ kind: 'assertion', type: 'contains-any', value: [] });
  expect(rule('latency')).toEqual({ kind: 'assertion', type: 'latency', threshold: 5000 });
  expect(rule('word-count')).toMatchObject({ value: { min: 20 } });
  expect(rule('is-html')).toEqual({ kind: 'assertion', type: 'is-html' });
});

test('a value is shown in its own form, and kept in another as far as it can be', () => {
  expect(formOf(undefined, 'not-contains-all')).toBe('list');
  expect(formOf(undefined, 'equals')).toBe('text');
  expect(formOf([1], 'equals')).toBe('json');
  expect(inForm(['a', 'b'], 'text')).toBe('a\nb');
  expect(inForm('a\n\nb', 'list')).toEqual(['a', 'b']);
  expect(inForm('{"a": 1}', 'json')).toEqual({ a: 1 });
  expect(inForm({ a: 1 }, 'text')).toBe('{"a":1}');
});

test('the guide of an assertion is found with not- before its name', () => {
  expect(guideOf('not-icontains')).toBe(guideOf('contains'));
  expect(guideOf('llm-rubric')?.asksModel).toBe(true);
  expect(guideOf('contains')?.threshold).toBeNull();
});

test('what is as usual is neither kept nor told', () => {
  const plain = { name: 'a', rule: { kind: 'regex', pattern: 'a' } } as const;
  const alert = changed(plain, { onFailure: { action: 'alert' }, weight: 2, metric: 'tone' });
  expect(consequences(alert)).toEqual(['only told', 'weight 2', 'metric tone']);
  expect(changed(alert, { onFailure: { action: 'fail' }, weight: 1, metric: '' })).toEqual(plain);
  expect(consequences(plain)).toEqual([]);
});

test('problems belong to their own card', () => {
  const problem = (path: string): Problem => ({ message: path, at: { path } });
  const problems = ['validations[1].rule.pattern', 'validations[10].name'].map(problem);
  expect(problemsAt(problems, 'validations[1]')).toEqual([problems[0]]);
});

test('a name that is taken gets a number', () => {
  expect(freeName('schema', [])).toBe('schema');
  expect(freeName('schema', ['schema', 'schema-2'])).toBe('schema-3');
});

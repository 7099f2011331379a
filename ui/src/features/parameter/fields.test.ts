import { describe, expect, it } from 'vitest';
import {
  advancedCount,
  changed,
  choiceOf,
  choiceValue,
  exampleTools,
  firstFormat,
  formatOf,
  toolsProblem,
} from './fields';
import { describeParameters, differingParameters } from './parameters';

const tool = { name: 'look_up' };

describe('parameters that are changed', () => {
  it('leave out what is empty and keep what is 0 or no', () => {
    const before = { temperature: 1, stop: ['x'], reasoningEffort: 'low' };
    const after = changed(before, { temperature: 0, stop: [], reasoningEffort: '', reasoningSummary: false });
    expect(after).toEqual({ temperature: 0, reasoningSummary: false });
    expect(changed(after, { temperature: null, reasoningSummary: null, extra: {} })).toEqual({});
  });

  it('forget the choice of a tool that is gone, and no other', () => {
    const before = { tools: [tool], toolChoice: { tool: 'look_up' } };
    expect(changed(before, { temperature: 1 }).toolChoice).toEqual({ tool: 'look_up' });
    expect(changed(before, { tools: [{ name: 'other' }] })).toEqual({ tools: [{ name: 'other' }] });
    expect(changed({ tools: [tool], toolChoice: 'required' }, { tools: [] })).toEqual({
      toolChoice: 'required',
    });
  });

  it('are counted where few people look', () => {
    expect(advancedCount({ temperature: 1, maxTokens: 5 })).toBe(0);
    expect(advancedCount({ topK: 5, reasoningBudget: 0, tools: [], extra: {} })).toBe(2);
  });
});

describe('a list of tools', () => {
  it('is fine where each has a plain name and a schema of an object', () => {
    expect(toolsProblem(undefined)).toBeNull();
    expect(toolsProblem([])).toBeNull();
    expect(toolsProblem(exampleTools)).toBeNull();
    expect(toolsProblem([tool, { name: 'b', parameters: {} }])).toBeNull();
  });

  it('says what is wrong with which tool', () => {
    expect(toolsProblem({})).toContain('list');
    expect(toolsProblem([tool, 'b'])).toContain('Tool 2');
    expect(toolsProblem([{ name: 'look up' }])).toContain('Tool 1');
    expect(toolsProblem([tool, tool])).toContain('Two tools');
    expect(toolsProblem([{ ...tool, description: 1 }])).toContain('description of look_up');
    expect(toolsProblem([{ ...tool, parameters: { type: 'string' } }])).toContain('parameters of look_up');
    expect(toolsProblem([{ ...tool, type: 'function' }])).toContain('has type as well');
  });

  it('is chosen from by words or by a name', () => {
    for (const choice of ['auto', 'none', 'required', { tool: 'auto' }, null] as const) {
      expect(choiceOf(choiceValue(choice))).toEqual(choice);
    }
  });
});

describe('the shape of an answer', () => {
  const validation = { name: 'is a review!', rule: { kind: 'schema' as const, schema: { type: 'object' } } };

  it('has the schema of a validation, under a name that providers take', () => {
    expect(formatOf(validation)).toEqual({
      kind: 'schema',
      name: 'is_a_review_',
      schema: { type: 'object' },
    });
    expect(formatOf({ ...validation, name: '' })).toMatchObject({ name: 'answer' });
  });

  it('starts from the first validation that has one', () => {
    const always = { name: 'always', rule: { kind: 'schema' as const, schema: true } };
    expect(firstFormat([always, validation])).toEqual(formatOf(validation));
    expect(firstFormat([])).toMatchObject({ kind: 'schema', name: 'answer' });
  });
});

describe('parameters in a few characters', () => {
  it('name what is set', () => {
    const schema = { kind: 'schema', name: 'a', schema: {} } as const;
    expect(describeParameters({ topK: 40, tools: [tool, { name: 'b' }], responseFormat: schema })).toBe(
      'top k 40 · schema · 2 tools',
    );
    expect(describeParameters({ responseFormat: { kind: 'json' }, reasoningBudget: 0 })).toBe(
      'budget 0 · JSON',
    );
  });

  it('are those that the neighbours do not have', () => {
    const own = { temperature: 0.2, maxTokens: 100, stop: ['x'], tools: [tool] };
    const differing = differingParameters(own, [{ temperature: 0.9, maxTokens: 100, stop: ['x'] }]);
    expect(describeParameters(differing)).toBe('t 0.2 · 1 tool');
    expect(describeParameters(own)).toBe('t 0.2 · max 100 · 1 tool · stop');
  });
});

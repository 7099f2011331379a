import { describe, expect, it } from 'vitest';
import { fenced, fileName } from './columnText';

describe('fenced', () => {
  it.each([
    ['text', '```\ntext\n```\n'],
    ['text\n', '```\ntext\n```\n'],
    ['{"a": 1}', '```json\n{"a": 1}\n```\n'],
    ['a ``` b ````` c', '``````\na ``` b ````` c\n``````\n'],
  ])('puts %j in a fence that it does not end', (text, fence) => {
    expect(fenced(text)).toBe(fence);
  });
});

describe('fileName', () => {
  it.each([
    ['openai:gpt-4o', 'text', 'openai-gpt-4o.md'],
    ['local:org/model:7b', '[1]', 'local-org-model-7b.json'],
    ['../../etc/passwd', 'x', 'etc-passwd.md'],
    ['…', 'x', 'answer.md'],
  ])('names a file of %s', (model, text, name) => {
    expect(fileName(model, text)).toBe(name);
  });
});

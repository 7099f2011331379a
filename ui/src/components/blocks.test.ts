import { describe, expect, it } from 'vitest';
import { splitBlocks } from './blocks';

describe('splitBlocks', () => {
  it.each([
    ['paragraphs', 'one\n\ntwo\n\nthree', ['one\n\n', 'two\n\n', 'three']],
    ['a fence with blank lines', 'a\n\n```js\n1\n\n2\n```\n\nb', ['a\n\n', '```js\n1\n\n2\n```\n\n', 'b']],
    ['a fence that has not ended', '```\n1\n\n2', ['```\n1\n\n2']],
    ['a loose list', '- a\n\n- b\n\ntext', ['- a\n\n- b\n\n', 'text']],
    ['nothing', '', []],
  ])('keeps %s together', (_, markdown, blocks) => {
    expect(splitBlocks(markdown)).toEqual(blocks);
  });

  it('loses no character and leaves settled blocks as they are while text grows', () => {
    const text = '# T\n\nA *b*\n\n```\nx\n\ny\n```\n\n- l\n\n- m\n\nend\n';
    const whole = splitBlocks(text);
    expect(whole.join('')).toBe(text);
    for (let length = 1; length < text.length; length += 1) {
      const blocks = splitBlocks(text.slice(0, length));
      expect(blocks.join('')).toBe(text.slice(0, length));
      expect(whole.slice(0, Math.max(0, blocks.length - 2))).toEqual(blocks.slice(0, -2));
    }
  });
});

import { describe, expect, it } from 'vitest';
import { type Block, MOST_BLOCK, type Split, splitBlocks, splitGrown } from './blocks';

const textsOf = (blocks: readonly Block[]) => blocks.map(({ text }) => text);

describe('splitBlocks', () => {
  it.each([
    ['paragraphs', 'one\n\ntwo\n\nthree', ['one\n\n', 'two\n\n', 'three']],
    ['a fence with blank lines', 'a\n\n```js\n1\n\n2\n```\n\nb', ['a\n\n', '```js\n1\n\n2\n```\n\n', 'b']],
    ['a fence that has not ended', '```\n1\n\n2', ['```\n1\n\n2']],
    ['a loose list', '- a\n\n- b\n\ntext', ['- a\n\n- b\n\n', 'text']],
    ['nothing', '', []],
  ])('keeps %s together', (_, markdown, blocks) => {
    expect(textsOf(splitBlocks(markdown))).toEqual(blocks);
  });

  it('loses no character and leaves settled blocks as they are while text grows', () => {
    const text = '# T\n\nA *b*\n\n```\nx\n\ny\n```\n\n- l\n\n- m\n\nend\n';
    const whole = textsOf(splitBlocks(text));
    expect(whole.join('')).toBe(text);
    for (let length = 1; length < text.length; length += 1) {
      const blocks = textsOf(splitBlocks(text.slice(0, length)));
      expect(blocks.join('')).toBe(text.slice(0, length));
      expect(whole.slice(0, Math.max(0, blocks.length - 2))).toEqual(blocks.slice(0, -2));
    }
  });

  it.each([
    ['one line', 'word '.repeat(5000), ''],
    ['one word', 'x'.repeat(20_000), ''],
    ['pairs that are one character', '😀'.repeat(9000), ''],
    ['a list', '- item\n'.repeat(3000), ''],
    ['a fence', `\`\`\`js\n${'let a = 1;\n'.repeat(2000)}`, '```js\n'],
    ['a table', `| a | b |\n|---|:-:|\n${'| c | d |\n'.repeat(2000)}`, '| a | b |\n|---|:-:|\n'],
  ])('goes on in a next block where %s is long, which knows what it stands in', (_, markdown, lead) => {
    const blocks = splitBlocks(markdown);
    expect(textsOf(blocks).join('')).toBe(markdown);
    expect(blocks.length).toBeGreaterThan(2);
    for (const { text } of blocks) {
      expect(text.length).toBeLessThanOrEqual(MOST_BLOCK);
      expect(() => encodeURIComponent(text)).not.toThrow();
    }
    expect(new Set(blocks.slice(1).map((block) => block.lead))).toEqual(new Set([lead]));
  });
});

describe('splitGrown', () => {
  it('answers what a split of the whole text does, whatever has grown', () => {
    const part = '# T\n\nA *b*\n1. c\n\n```js\nx\n\ny\n```\n\n|a|b|\n|-|-|\n|c|d|\n\n- l\n\n  m\n\nend\n';
    const text = `${part}${'- item\n'.repeat(900)}\n\n${part}${'code\n'.repeat(9)}\n`.repeat(2);
    let split: Split | null = null;
    for (let length = 0; length <= text.length; length += 7) {
      split = splitGrown(split, text.slice(0, length));
      expect(split.blocks).toEqual(splitBlocks(text.slice(0, length)));
    }
  });

  it('keeps the blocks before the last two as they are', () => {
    const before = splitGrown(null, 'a\n\nb\n\nc\n\nd');
    const after = splitGrown(before, 'a\n\nb\n\nc\n\nd\n\ne');
    expect(after.blocks[0]).toBe(before.blocks[0]);
    expect(after.blocks[1]).toBe(before.blocks[1]);
  });
});

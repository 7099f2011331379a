import { expect, it } from 'vitest';
import { oneByOne } from './oneByOne';

it('begins an act only once the one before is done, also where that one failed', async () => {
  const inTurn = oneByOne();
  const heard: string[] = [];
  let fail: (reason: Error) => void = () => undefined;
  const first = inTurn(async () => {
    await new Promise((_, reject) => (fail = reject));
  });
  const second = inTurn(async () => {
    heard.push('second');
    return Promise.resolve(2);
  });
  await Promise.resolve();
  expect(heard).toEqual([]);
  fail(new Error('no'));
  await expect(first).rejects.toThrow('no');
  await expect(second).resolves.toBe(2);
  expect(heard).toEqual(['second']);
});

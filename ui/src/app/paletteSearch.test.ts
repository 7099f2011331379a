import { describe, expect, it } from 'vitest';
import { score, search } from './paletteSearch';

const items = [
  { label: 'code-review' },
  { label: 'classify-ticket', words: 'support triage' },
  { label: 'support/classify' },
  { label: 'reply-to-customer' },
  { label: 'secret-letter' },
];
const found = (query: string) => search(query, items).map(({ label }) => label);

describe('the search of the palette', () => {
  it('shows all in their order where nothing is typed', () => {
    expect(found(' ')).toEqual(items.map(({ label }) => label));
  });

  it('puts what begins with the words before what holds them', () => {
    expect(found('classify')).toEqual(['classify-ticket', 'support/classify']);
  });

  it('takes letters in their order, and first letters of words before others', () => {
    expect(found('cr')[0]).toBe('code-review');
    expect(found('rtc')[0]).toBe('reply-to-customer');
    expect(score('zz', 'code-review')).toBeNull();
  });

  it('finds by other words where they stand together', () => {
    expect(found('triage')).toEqual(['classify-ticket']);
    expect(found('tige')).toEqual([]);
  });
});

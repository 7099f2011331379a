import { describe, expect, it } from 'vitest';
import type { CatalogueModel } from '../../bindings/types';
import { abilities, isEdited, isHalfPrice, modelChanges, modelFields, retirement } from './model';

const page = { source: 'https://example.com/prices', date: '2026-01-01' };
const known: CatalogueModel = {
  model: 'openai:gpt:4o',
  contextWindow: 128_000,
  price: { input: 2_500_000_000, cachedInput: 1_250_000_000, output: 10_000_000_000 },
  capabilities: { tools: true, images: true, files: false },
  sources: { price: page, contextWindow: page },
  listed: 'yes',
};

describe('what is known of a model', () => {
  it('is marked where the user said some of it', () => {
    expect(isEdited(known)).toBe(false);
    expect(isEdited({ ...known, sameAs: 'o3' })).toBe(true);
    expect(isEdited({ ...known, sources: { price: { ...page, source: 'user' } } })).toBe(true);
  });

  it('names what it can do, not what it cannot', () => {
    expect(abilities(known.capabilities)).toEqual(['images', 'tools']);
  });

  it('says how near its end is', () => {
    const now = new Date('2026-06-01T12:00:00Z');
    expect(retirement(null, now)).toBeNull();
    expect(retirement('2026-06-01', now)).toBe('gone');
    expect(retirement('2026-08-01', now)).toBe('soon');
    expect(retirement('2027-08-01', now)).toBe('later');
  });
});

describe('the form of a model', () => {
  const fields = modelFields(known);

  it('has prices in dollars per million tokens', () => {
    expect(fields.price).toEqual({
      input: 2.5,
      cachedInput: 1.25,
      cacheWrite: '',
      output: 10,
      reasoning: '',
    });
    expect(fields.id).toBe('gpt:4o');
  });

  it('asks for nothing where nothing was changed or something was only emptied', () => {
    expect(modelChanges('openai', known, fields)).toBeNull();
    expect(modelChanges('openai', known, { ...fields, contextWindow: '', sameAs: ' ' })).toBeNull();
  });

  it('asks for what was changed, and for a price as a whole', () => {
    const price = { ...fields.price, output: 0.000_3 };
    expect(modelChanges('openai', known, { ...fields, maxOutputTokens: 16_384, price })).toEqual({
      model: 'openai:gpt:4o',
      maxOutputTokens: 16_384,
      price: { input: 2_500_000_000, cachedInput: 1_250_000_000, output: 300_000 },
    });
  });

  it('keeps the prices of longer requests', () => {
    const tiers = [{ above: 200_000, input: 1, output: 2 }];
    const tiered = { ...known, price: { input: 1, output: 2, tiers } };
    const changes = modelChanges('openai', tiered, { ...modelFields(tiered), price: { ...fields.price } });
    expect(changes?.price?.tiers).toEqual(tiers);
  });

  it('describes a model that nobody lists', () => {
    const mine = { ...modelFields(null), id: ' mine ', sameAs: 'gpt-4o' };
    expect(modelChanges('azure', null, mine)).toEqual({ model: 'azure:mine', sameAs: 'gpt-4o' });
  });

  it('does not take half a price', () => {
    const price = { ...modelFields(null).price, input: 1 };
    expect(isHalfPrice({ ...modelFields(null), price })).toBe(true);
    expect(isHalfPrice(fields)).toBe(false);
    expect(isHalfPrice(modelFields(null))).toBe(false);
  });
});

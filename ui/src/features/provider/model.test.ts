import { describe, expect, it } from 'vitest';
import type { CatalogueModel } from '../../bindings/types';
import {
  abilities,
  hasTooLow,
  isEdited,
  isHalfPrice,
  isOwn,
  modelChanges,
  modelFields,
  retirement,
  sourceOf,
  takenBack,
} from './model';

const page = { source: 'https://example.com/prices', date: '2026-01-01' };
const user = { source: 'user', date: '2026-02-02' };
const known: CatalogueModel = {
  model: 'openai:gpt:4o',
  contextWindow: 128_000,
  price: { input: 2_500_000_000, cachedInput: 1_250_000_000, output: 10_000_000_000 },
  capabilities: { tools: true, images: true, files: false },
  sources: { price: page, contextWindow: page, capabilities: { tools: page, images: page, files: page } },
  listed: 'yes',
};
/** The same model after the user said some of it. */
const edited: CatalogueModel = {
  ...known,
  sameAs: 'gpt-4o',
  contextWindow: 64_000,
  price: { input: 1_000_000_000, output: 2_000_000_000 },
  retiresOn: '2027-01-31',
  capabilities: { tools: true, images: false, files: false },
  sources: {
    price: user,
    contextWindow: user,
    retiresOn: user,
    capabilities: { ...known.sources.capabilities, images: user },
  },
  beneath: { ...known, sameAs: 'gpt-4o' },
};

describe('what is known of a model', () => {
  it('is marked where the user said some of it', () => {
    expect(isEdited(known)).toBe(false);
    expect(isEdited({ ...known, sameAs: 'o3' })).toBe(true);
    expect(isEdited({ ...known, sources: { price: user, capabilities: {} } })).toBe(true);
    expect(isEdited({ ...known, sources: { capabilities: { cache: user } } })).toBe(true);
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

  it('says where each fact comes from, and what it can do only where the user said so', () => {
    expect([sourceOf(edited, 'contextWindow'), sourceOf(edited, 'images')]).toEqual([user, user]);
    expect([sourceOf(edited, 'tools'), sourceOf(edited, 'cache')]).toEqual([page, null]);
    expect(modelFields(edited).capabilities).toMatchObject({ images: 'no', tools: 'known', cache: 'known' });
  });

  it('takes back what the user had said and emptied, fact by fact', () => {
    const said = modelFields(edited);
    expect(modelChanges('openai', edited, said)).toBeNull();
    const asked = (changed: Partial<typeof said>) => modelChanges('openai', edited, { ...said, ...changed });
    const back = (clear: string[]) => ({ model: 'openai:gpt:4o', clear });
    expect(asked({ sameAs: '' })).toEqual(back(['sameAs']));
    expect(asked({ contextWindow: '', retiresOn: '' })).toEqual(back(['contextWindow', 'retiresOn']));
    expect(asked({ price: modelFields(null).price })).toEqual(back(['price']));
    const capabilities = { ...said.capabilities, images: 'known' as const, cache: 'yes' as const };
    expect(asked({ capabilities, maxOutputTokens: 9 })).toEqual({
      ...back(['images']),
      maxOutputTokens: 9,
      capabilities: { cache: true },
    });
  });

  it('reads as it would without the user where a fact is taken back', () => {
    const said = modelFields(edited);
    expect(isOwn(edited, said, 'contextWindow')).toBe(true);
    for (const [name, value] of [
      ['sameAs', ''],
      ['contextWindow', 128_000],
      ['retiresOn', ''],
      ['price', fields.price],
    ] as const) {
      const back = { ...said, ...takenBack(edited, name) };
      expect(back[name], name).toEqual(value);
      expect(isOwn(edited, back, name), name).toBe(false);
      expect(modelChanges('openai', edited, back)?.clear, name).toEqual([name]);
    }
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

  it('does not take numbers that are too low', () => {
    const none = modelFields(null);
    expect(hasTooLow(none)).toBe(false);
    expect(hasTooLow({ ...none, contextWindow: 1, price: { ...none.price, input: 0 } })).toBe(false);
    expect(hasTooLow({ ...none, contextWindow: -5 })).toBe(true);
    expect(hasTooLow({ ...none, maxOutputTokens: 0 })).toBe(true);
    expect(hasTooLow({ ...none, price: { ...none.price, cacheWrite: -1 } })).toBe(true);
  });
});

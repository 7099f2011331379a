import type { Capabilities, CatalogueModel, Price, UpdateModel } from '../../bindings/types';

const NANOS = 1_000_000_000;
const DAY_MS = 86_400_000;
/** How long before its end a model is marked. */
const SOON_DAYS = 120;

/** The id of a model at its provider. */
export function idOf(model: string): string {
  return model.slice(model.indexOf(':') + 1);
}

/** Whether the user has said something of a model. */
export function isEdited({ sources, sameAs }: CatalogueModel): boolean {
  const isSaid = sameAs !== undefined && sameAs !== null;
  return isSaid || Object.values(sources).some((source) => source?.source === 'user');
}

/** Whether a model has gone, goes soon or later; `null` where no day is known. */
export function retirement(
  day: string | null | undefined,
  now = new Date(),
): 'gone' | 'soon' | 'later' | null {
  if (day === null || day === undefined) return null;
  const left = (Date.parse(day) - now.getTime()) / DAY_MS;
  if (left <= 0) return 'gone';
  return left <= SOON_DAYS ? 'soon' : 'later';
}

/** What a model is known to be able to do, in the order of the list of all that models can. */
export function abilities(capabilities: Capabilities): (keyof Capabilities)[] {
  return CAPABILITIES.filter((name) => capabilities[name] === true);
}

const CAPABILITIES = [
  'images',
  'files',
  'tools',
  'jsonSchema',
  'reasoning',
  'cache',
] as const satisfies (keyof Capabilities)[];

/** The meters of a price in the order of the form. */
export const METERS = [
  'input',
  'cachedInput',
  'cacheWrite',
  'output',
  'reasoning',
] as const satisfies (keyof Price)[];

/** A model as it stands in a form; prices in dollars per million tokens. */
export interface ModelFields {
  id: string;
  sameAs: string;
  contextWindow: number | '';
  maxOutputTokens: number | '';
  retiresOn: string;
  price: Record<(typeof METERS)[number], number | ''>;
}

const orEmpty = (value: number | null | undefined): number | '' => value ?? '';

/** What a form starts with; nothing for a model that is not known yet. */
export function modelFields(known: CatalogueModel | null): ModelFields {
  const dollars = (meter: (typeof METERS)[number]) => {
    const nanos = known?.price?.[meter];
    return nanos === null || nanos === undefined ? '' : nanos / NANOS;
  };
  return {
    id: known === null ? '' : idOf(known.model),
    sameAs: known?.sameAs ?? '',
    contextWindow: orEmpty(known?.contextWindow),
    maxOutputTokens: orEmpty(known?.maxOutputTokens),
    retiresOn: known?.retiresOn ?? '',
    price: {
      input: dollars('input'),
      cachedInput: dollars('cachedInput'),
      cacheWrite: dollars('cacheWrite'),
      output: dollars('output'),
      reasoning: dollars('reasoning'),
    },
  };
}

/** The request for what was changed in a form; `null` where nothing was. What was emptied stays as it was. */
export function modelChanges(
  provider: string,
  known: CatalogueModel | null,
  fields: ModelFields,
): UpdateModel | null {
  const before = modelFields(known);
  const request: UpdateModel = { model: `${provider}:${fields.id.trim()}` };
  const sameAs = fields.sameAs.trim();
  if (sameAs !== '' && sameAs !== before.sameAs) request.sameAs = sameAs;
  if (fields.retiresOn !== '' && fields.retiresOn !== before.retiresOn) request.retiresOn = fields.retiresOn;
  for (const name of ['contextWindow', 'maxOutputTokens'] as const) {
    const value = fields[name];
    if (value !== '' && value !== before[name]) request[name] = value;
  }
  const price = changedPrice(known, before, fields);
  if (price !== null) request.price = price;
  return Object.keys(request).length === 1 ? null : request;
}

/** A whole price, where any of its meters was changed. Prices of longer requests stay. */
function changedPrice(
  known: CatalogueModel | null,
  before: ModelFields,
  { price }: ModelFields,
): Price | null {
  const isChanged = METERS.some((meter) => price[meter] !== before.price[meter]);
  if (!isChanged || price.input === '' || price.output === '') return null;
  const nanos = (meter: (typeof METERS)[number]) => {
    const value = price[meter];
    return value === '' ? {} : { [meter]: Math.round(value * NANOS) };
  };
  const { tiers } = known?.price ?? {};
  return {
    input: Math.round(price.input * NANOS),
    output: Math.round(price.output * NANOS),
    ...nanos('cachedInput'),
    ...nanos('cacheWrite'),
    ...nanos('reasoning'),
    ...(tiers !== undefined && { tiers }),
  };
}

/** Whether a price is half a price: it needs both of its first meters. */
export function isHalfPrice({ price }: ModelFields): boolean {
  const isSet = METERS.some((meter) => price[meter] !== '');
  return isSet && (price.input === '' || price.output === '');
}

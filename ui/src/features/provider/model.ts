import type {
  Capabilities,
  CatalogueModel,
  ModelFact,
  Price,
  Source,
  UpdateModel,
} from '../../bindings/types';

const NANOS = 1_000_000_000;
const DAY_MS = 86_400_000;
/** How long before its end a model is marked. */
const SOON_DAYS = 120;

/** The id of a model at its provider. */
export function idOf(model: string): string {
  return model.slice(model.indexOf(':') + 1);
}

/** Whether the user has said something of a model. */
export function isEdited(known: CatalogueModel): boolean {
  return FACTS.some((fact) => isSaid(known, fact));
}

/** Whether the user has said this fact of a model. */
export function isSaid(known: CatalogueModel | null, fact: ModelFact): boolean {
  if (fact === 'sameAs') return known?.sameAs !== undefined && known.sameAs !== null;
  return sourceOf(known, fact)?.source === 'user';
}

/** Where a fact of a model comes from; `null` where it is unknown, or follows from where the model runs. */
export function sourceOf(known: CatalogueModel | null, fact: ModelFact): Source | null {
  const sources = known?.sources;
  if (sources === undefined || fact === 'sameAs') return null;
  if (isCapability(fact)) return sources.capabilities[fact] ?? null;
  return sources[fact] ?? null;
}

/** What is known of a model without what the user says of it. */
export function withoutUser(known: CatalogueModel | null): CatalogueModel | null {
  return known?.beneath ?? known;
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

/** All that models can do, in the order it is shown. */
export const CAPABILITIES = [
  'images',
  'files',
  'tools',
  'jsonSchema',
  'reasoning',
  'cache',
] as const satisfies (keyof Capabilities)[];

const FACTS: readonly ModelFact[] = [
  'sameAs',
  'contextWindow',
  'maxOutputTokens',
  'price',
  'retiresOn',
  ...CAPABILITIES,
];

function isCapability(fact: ModelFact): fact is keyof Capabilities {
  return CAPABILITIES.some((name) => name === fact);
}

/** The meters of a price in the order of the form. */
export const METERS = [
  'input',
  'cachedInput',
  'cacheWrite',
  'output',
  'reasoning',
] as const satisfies (keyof Price)[];

/** What the user says of a thing that a model can do or not: nothing, so that it is as known; yes; no. */
export type Said = 'known' | 'yes' | 'no';

/** A model as it stands in a form; prices in dollars per million tokens. What is empty is as known. */
export interface ModelFields {
  id: string;
  sameAs: string;
  contextWindow: number | '';
  maxOutputTokens: number | '';
  retiresOn: string;
  price: Record<(typeof METERS)[number], number | ''>;
  capabilities: Record<keyof Capabilities, Said>;
}

const orEmpty = (value: number | null | undefined): number | '' => value ?? '';

/** What a form starts with; nothing for a model that is not known yet. */
export function modelFields(known: CatalogueModel | null): ModelFields {
  const dollars = (meter: (typeof METERS)[number]) => {
    const nanos = known?.price?.[meter];
    return nanos === null || nanos === undefined ? '' : nanos / NANOS;
  };
  const said = (name: keyof Capabilities): Said =>
    isSaid(known, name) ? (known?.capabilities[name] === true ? 'yes' : 'no') : 'known';
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
    capabilities: {
      images: said('images'),
      files: said('files'),
      tools: said('tools'),
      jsonSchema: said('jsonSchema'),
      reasoning: said('reasoning'),
      cache: said('cache'),
    },
  };
}

/** A field of the form, each with a fact of its own. */
export type FieldName = Exclude<keyof ModelFields, 'id' | 'capabilities'>;

/** How the form would read where the user said nothing of this. */
export function takenBack(known: CatalogueModel | null, name: FieldName): Partial<ModelFields> {
  return name === 'sameAs' ? { sameAs: '' } : { [name]: modelFields(withoutUser(known))[name] };
}

/** Whether a field holds what only the user says, once it is saved. One that was emptied does not. */
export function isOwn(known: CatalogueModel | null, fields: ModelFields, name: FieldName): boolean {
  const beneath = { ...modelFields(withoutUser(known)), ...takenBack(known, name) };
  return !isEmpty(fields[name]) && !isSame(fields[name], beneath[name]);
}

/** Whether a field reads as it was when the form was opened. */
export function isUntouched(known: CatalogueModel | null, fields: ModelFields, name: FieldName): boolean {
  return isSame(fields[name], modelFields(known)[name]);
}

type Field = ModelFields[FieldName];

function isEmpty(field: Field): boolean {
  if (typeof field === 'object') return METERS.every((meter) => field[meter] === '');
  return typeof field === 'string' && field.trim() === '';
}

function isSame(one: Field, other: Field): boolean {
  if (typeof one !== 'object' || typeof other !== 'object') {
    return (typeof one === 'string' ? one.trim() : one) === other;
  }
  return METERS.every((meter) => one[meter] === other[meter]);
}

/**
 * The request for what was changed in a form; `null` where nothing was. What the user had said and was emptied, or
 * reads as it would without them, is taken back.
 */
export function modelChanges(
  provider: string,
  known: CatalogueModel | null,
  fields: ModelFields,
): UpdateModel | null {
  const request: UpdateModel = { model: `${provider}:${fields.id.trim()}` };
  const clear: ModelFact[] = [];
  const touched = (name: FieldName) => {
    if (isUntouched(known, fields, name)) return false;
    const own = isOwn(known, fields, name);
    if (!own && isSaid(known, name)) clear.push(name);
    return own;
  };
  if (touched('sameAs')) request.sameAs = fields.sameAs.trim();
  if (touched('contextWindow')) request.contextWindow = Number(fields.contextWindow);
  if (touched('maxOutputTokens')) request.maxOutputTokens = Number(fields.maxOutputTokens);
  if (touched('retiresOn')) request.retiresOn = fields.retiresOn;
  if (touched('price') && !isHalfPrice(fields)) request.price = wholePrice(known, fields);
  const capabilities: Capabilities = {};
  const before = modelFields(known).capabilities;
  for (const name of CAPABILITIES) {
    const said = fields.capabilities[name];
    if (said === before[name]) continue;
    if (said === 'known') clear.push(name);
    else capabilities[name] = said === 'yes';
  }
  if (Object.keys(capabilities).length > 0) request.capabilities = capabilities;
  if (clear.length > 0) request.clear = clear;
  return Object.keys(request).length === 1 ? null : request;
}

/** A price of all its meters. Prices of longer requests stay. */
function wholePrice(known: CatalogueModel | null, { price }: ModelFields): Price {
  const nanos = (meter: (typeof METERS)[number]) => Math.round(Number(price[meter]) * NANOS);
  const where = (meter: 'cachedInput' | 'cacheWrite' | 'reasoning') =>
    price[meter] === '' ? {} : { [meter]: nanos(meter) };
  const { tiers } = known?.price ?? {};
  return {
    input: nanos('input'),
    output: nanos('output'),
    ...where('cachedInput'),
    ...where('cacheWrite'),
    ...where('reasoning'),
    ...(tiers !== undefined && { tiers }),
  };
}

/** The least that a model can take or answer in tokens, and the least that a token costs. */
export const LEAST = { tokens: 1, price: 0 } as const;

/** Whether a number is too low to be one; an empty field is not. */
export function isTooLow(value: number | '', least: number): boolean {
  return value !== '' && !(value >= least);
}

/** Whether any number of a form is. */
export function hasTooLow({ contextWindow, maxOutputTokens, price }: ModelFields): boolean {
  const tokens = [contextWindow, maxOutputTokens];
  return (
    tokens.some((value) => isTooLow(value, LEAST.tokens)) ||
    METERS.some((meter) => isTooLow(price[meter], LEAST.price))
  );
}

/** Whether a price is half a price: it needs both of its first meters. */
export function isHalfPrice({ price }: ModelFields): boolean {
  const isSet = METERS.some((meter) => price[meter] !== '');
  return isSet && (price.input === '' || price.output === '');
}

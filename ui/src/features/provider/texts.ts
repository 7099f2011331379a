import type { KeyState, Listed, ProviderKind } from '../../bindings/types';

/** What the screens of providers say. */
export const providerTexts = {
  title: 'Providers',
  add: 'Add a provider',
  addText:
    'A provider is a server that answers prompts. Start from one of these; everything can be changed later.',
  noKeyNeeded: 'No key is needed',
  ownAddress: 'At an address that you give',
  keyPage: 'Keys are made at',
  use: 'Use this',
  choose: (title: string) => `Use this: ${title}`,
  back: 'Other kinds',
  save: 'Save changes',
  saved: (name: string) => `Saved ${name}`,
  create: 'Add provider',
  created: (name: string) => `Added ${name}`,
  discard: 'Discard',
  kinds: {
    'dry-run': 'built in, answers without a network',
    'openai-chat': 'OpenAI-compatible',
  } satisfies Record<ProviderKind, string>,
  fields: {
    name: 'Name',
    nameHint: 'As in `openai:gpt-5`',
    address: 'Address',
    addressHint: 'Where its paths are joined to; most end in `/v1`',
    key: 'Environment variable with the key',
    keyHint:
      'Set the variable before starting FormaOps: the key is read from there and never stored. Only names that end in `_API_KEY` or `_TOKEN`, or start with `FORMAOPS_`, are read.',
    noKey: 'No key',
    badEnv: 'The name must be in capitals and end in `_API_KEY` or `_TOKEN`, or start with `FORMAOPS_`',
    concurrent: 'Calls at once',
    concurrentHint: 'The rest wait for their turn',
    default: 'Default',
  },
  key: {
    none: 'no key',
    found: 'key found',
    missing: 'key missing',
    detached: 'key not sent',
  } satisfies Record<KeyState, string>,
  keyNote: {
    none: () => 'No key is sent. Local servers seldom need one; others answer that the key is missing.',
    found: (name: string, origin: string) =>
      `\`${name}\` holds a key. It is sent to \`${origin}\` and nowhere else.`,
    missing: (name: string) =>
      `\`${name}\` was not set when FormaOps was started. Set it, then start FormaOps again; or name another variable.`,
    detached: (name: string, origin: string, address: string) =>
      `\`${name}\` was given for \`${origin}\`, and the address is \`${address}\` now, so the key is not sent. Check the address, then give the key to it.`,
  },
  reattach: 'Send the key to this address',
  forget: 'Forget the key',
  delete: {
    action: 'Delete provider',
    title: (name: string) => `Delete ${name}?`,
    text: 'Its runs stay, with their answers, times and cost. The environment variable is not touched.',
    confirm: 'Delete',
    cancel: 'Cancel',
    done: (name: string) => `Deleted ${name}`,
  },
  models: {
    title: 'Models',
    refresh: 'Ask the provider for its models',
    asked: (models: number) => (models === 1 ? 'Knows 1 model' : `Knows ${models} models`),
    filter: 'Filter models',
    empty: 'No model is known yet. Ask the provider, or type the id of a model in the run bar.',
    noMatch: 'No model matches',
    showAll: (models: number) => `Show all ${models}`,
    unit: 'Prices in dollars per million tokens',
    columns: {
      model: 'Model',
      context: 'Context window',
      input: 'Input',
      cached: 'Cached input',
      output: 'Output',
      source: 'Source',
      listed: 'Listed',
    },
    above: (tokens: string, price: string) => `${price} above ${tokens}`,
    listed: { yes: 'yes', no: 'no', unknown: 'unknown' } satisfies Record<Listed, string>,
    listedHint: 'Whether the provider’s own list has it',
    user: 'you',
    list: 'its own list',
  },
  link: {
    open: (url: string) => `Open ${url} outside FormaOps`,
  },
} as const;

import type { Listed, ProviderKind } from '../../bindings/types';

/** What the screens of providers say. */
export const providerTexts = {
  title: 'Providers',
  add: 'Add a provider',
  addText:
    'A provider is a server that answers prompts. Choose whose models you want to use; everything can be changed later.',
  noKeyNeeded: 'No key is needed',
  ownAddress: 'At an address that you give',
  search: 'Search vendors and servers',
  noMatch: 'No vendor matches. Most servers work with “Any OpenAI-compatible server”.',
  partExample: (example: string) => `Such as ${example}`,
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
    'openai-responses': 'OpenAI Responses',
    anthropic: 'Anthropic Messages',
    gemini: 'Google Gemini',
    ollama: 'Ollama',
    'azure-openai': 'Azure OpenAI',
    bedrock: 'Amazon Bedrock',
  } satisfies Record<ProviderKind, string>,
  fields: {
    name: 'Name',
    nameHint: 'As in `openai:gpt-5`',
    address: 'Address',
    addressHint: 'Where its paths are joined to; most end in `/v1`',
    concurrent: 'Calls at once',
    concurrentHint: 'The rest wait for their turn',
    default: 'Default',
  },
  found: {
    title: 'Found on this machine',
    again: 'Look again',
    looking: 'Looking for model servers on this machine',
    none: 'No model server answers on this machine. Ollama, LM Studio, vLLM and llama.cpp are found here while they run.',
    allAdded: 'Every model server that answers on this machine has been added.',
    add: 'Add',
    addOf: (title: string) => `Add ${title}`,
    models: (ids: readonly string[]) =>
      ids.length === 0
        ? 'It has no models yet'
        : ids.length <= 3
          ? ids.join(', ')
          : `${ids.slice(0, 3).join(', ')} and ${ids.length - 3} more`,
  },
  test: {
    title: 'Connection',
    action: 'Test connection',
    model: 'With a model (optional)',
    noModel: 'Only ask for the list of models',
    hint: 'The provider is asked for its list of models, which costs nothing.',
    modelHint:
      'The model is asked for a few words, which may cost a few tokens. Only so a missing right or a used-up quota shows.',
    good: 'It can be called.',
    listed: (count: string, models: number, time: string) =>
      `It lists ${count} ${models === 1 ? 'model' : 'models'} and answered in ${time}.`,
    calledIn: (time: string) => `The model answered in ${time}.`,
    after: (time: string) => `Found out in ${time}.`,
  },
  delete: {
    action: 'Delete provider',
    title: (name: string) => `Delete ${name}?`,
    text: 'Its runs stay, with their answers, times and cost. Its keys are forgotten; environment variables are not touched.',
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

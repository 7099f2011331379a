/** What the forms of parameters say. */
export const parameterTexts = {
  labels: {
    temperature: 'Temperature',
    topP: 'Top p',
    topK: 'Top k',
    maxTokens: 'Most tokens',
    seed: 'Seed',
    frequencyPenalty: 'Frequency penalty',
    presencePenalty: 'Presence penalty',
    reasoningEffort: 'Reasoning effort',
    reasoningBudget: 'Reasoning budget, tokens',
    reasoningSummary: 'Show the reasoning',
    stop: 'Stop texts',
    responseFormat: 'Shape of the answer',
    tools: 'Tools the model may ask for (JSON list)',
    toolChoice: 'Asking for tools',
    extra: 'Further fields of the request (JSON)',
  },
  fromVersion: 'Empty fields are taken from the prompt, then left to the provider',
  advanced: 'Advanced',
  set: (fields: number) => (fields === 1 ? '1 set' : `${fields} set`),
  byProvider: 'As the provider does',
  effortHint: 'A word of the provider',
  summary: { true: 'Yes', false: 'No' },
  format: {
    kinds: { text: 'Text', json: 'JSON', schema: 'JSON Schema' },
    name: 'Name of the schema',
    badName: '1 to 64 letters, digits, `_` or `-`',
    schema: 'JSON Schema of the answer',
    use: (validation: string) => `Use the schema of ${validation}`,
    mustBeObject: 'This must be a JSON object, such as {"type": "object"}',
  },
  tools: {
    example: 'Start from an example',
    hint: 'They are only told to the model: nothing is called.',
    list: 'This must be a JSON list of tools',
    name: (number: number) => `Tool ${number} needs a name of 1 to 64 letters, digits, _ or -`,
    twice: (name: string) => `Two tools are called ${name}`,
    description: (name: string) => `The description of ${name} must be a text`,
    parameters: (name: string) => `The parameters of ${name} must be a JSON Schema of type object`,
    field: (name: string, field: string) =>
      `A tool has name, description and parameters; ${name} has ${field} as well`,
  },
  choice: {
    auto: 'It may',
    none: 'It must not',
    required: 'It must ask for one',
    tool: (name: string) => `It must ask for ${name}`,
  },
  misfits: (model: string, problems: number) =>
    problems === 1
      ? `${model} does not take 1 part of this run`
      : `${model} does not take ${problems} parts of this run`,
  extraProblem: 'This must be a JSON object',
  short: {
    tools: (tools: number) => (tools === 1 ? '1 tool' : `${tools} tools`),
    json: 'JSON',
    schema: 'schema',
  },
} as const;

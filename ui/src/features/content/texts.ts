import type { Role } from '../../bindings/types';

/** What the screens of content say. */
export const contentTexts = {
  roles: { system: 'system', user: 'user', assistant: 'assistant', tool: 'tool' } satisfies Record<
    Role,
    string
  >,
  text: 'text',
  message: (number: number, role: string) => `Message ${number}, ${role}`,
  roleOf: (number: number) => `Role of message ${number}`,
  tokens: (count: string, exact: boolean) =>
    `${exact ? '' : '≈ '}${count} ${count === '1' ? 'token' : 'tokens'}`,
  problems: (count: number) => (count === 1 ? '1 problem' : `${count} problems`),
  warnings: (count: number) => (count === 1 ? '1 warning' : `${count} warnings`),
  nextProblem: 'Go to the next one',
  moveUp: 'Move up',
  moveDown: 'Move down',
  duplicate: 'Duplicate',
  remove: 'Delete',
  removed: (role: string) => `Deleted the ${role} message`,
  addMessage: 'Add message',
  asText: 'Edit as one text',
  asMessages: 'Edit as messages',
  noMessages: 'No messages yet',
  template: 'Template',
  json: {
    invalid: (line: number, column: number) => `Not valid JSON from line ${line}, column ${column} on`,
    notUsed: 'The last valid value stays in use until this is mended',
    discard: 'Discard this text',
    mustBeObject: 'This must be a JSON object, such as {"type": "object"}',
  },
  rendered: {
    rendering: 'Rendering',
    value: (path: string) => path || 'worked out by a helper',
    emptyValue: 'empty',
    history: 'earlier in the conversation',
    nothing: 'The prompt renders to nothing. Write a message on the Edit tab.',
    failed: 'This cannot be rendered',
    place: (path: string, line: number | null, column: number | null) =>
      line === null || column === null ? path : `${path}, line ${line}, column ${column}`,
    cut: (shown: string, total: string) => `The first ${shown} of ${total} characters`,
    notes: 'Noticed on the way',
  },
  estimates: {
    context: (model: string) => `Context ${model}`,
    ofWindow: (tokens: string, window: string) => `${tokens} of ${window}`,
    cost: 'Cost, input to worst case',
    range: (input: string, worst: string) => (input === worst ? input : `${input} to ${worst}`),
    total: (models: number) => (models === 1 ? 'Estimated cost' : `Estimated cost, ${models} models`),
    atLeast: (cost: string) => `at least ${cost}`,
    about: (tokens: string) => `≈ ${tokens}`,
    tooLong: 'longer than the context',
  },
  validations: {
    intro: 'Each answer is checked against these rules.',
    empty: 'No validations yet. Add a JSON Schema to check each answer against it.',
    add: 'Add JSON Schema',
    name: 'Name',
    schema: 'JSON Schema',
    remove: (name: string) => `Delete ${name}`,
    removed: (name: string) => `Deleted ${name}`,
    needsName: 'A validation needs a name',
    sameName: 'Another validation has this name',
  },
} as const;

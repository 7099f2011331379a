import type { Role, TemplateEngine } from '../../bindings/types';

/** What the screen calls a part of a prompt that the host names by its path. */
function partName(path: string): string {
  const message = /^messages\[(\d+)\]$/.exec(path)?.[1];
  if (message !== undefined) return `Message ${Number(message) + 1}`;
  if (path === 'body') return 'Template';
  return path.replace(/^inputs\.(\w+)/, 'Input $1');
}

/** What the screens of content say. */
export const contentTexts = {
  roles: { system: 'system', user: 'user', assistant: 'assistant', tool: 'tool' } satisfies Record<
    Role,
    string
  >,
  engine: {
    label: 'Template language',
    names: { handlebars: 'Handlebars', nunjucks: 'Nunjucks', none: 'No templates' },
    hints: {
      handlebars: 'Templates are Handlebars',
      nunjucks: 'Templates are Nunjucks, but for what the documentation lists',
      none: 'The text is sent as it is',
    },
  } satisfies {
    label: string;
    names: Record<TemplateEngine, string>;
    hints: Record<TemplateEngine, string>;
  },
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
  moved: (role: string) => `Moved the ${role} message`,
  drag: (number: number, role: string) => `Move message ${number}, ${role}`,
  dragHow:
    'Press space to take the message, the arrow keys to move it, space again to put it down, and Escape to leave it where it was.',
  dragged: {
    taken: (number: number) => `Message ${number} is taken, and would stay where it is`,
    over: (number: number, count: number) => `It would be message ${number} of ${count}`,
    put: (number: number, count: number) => `It is message ${number} of ${count}`,
    left: 'It stays where it was',
  },
  fold: (number: number, role: string) => `Fold message ${number}, ${role}`,
  preview: 'Preview',
  nothingYet: 'empty',
  addBefore: 'Add before',
  addAfter: 'Add after',
  more: 'More about this message',
  renamed: (from: string, to: string) => `Renamed ${from} to ${to}`,
  shortcuts: {
    addAfter: 'Add a message after this one',
    addBefore: 'Add a message before this one',
    moveUp: 'Move the message up',
    moveDown: 'Move the message down',
    duplicate: 'Duplicate the message',
    fold: 'Fold or unfold the message',
    remove: 'Delete the message',
    complete: 'Complete variables, fields and helpers',
    goToInput: 'Go to the input of a variable',
    rename: 'Rename a variable everywhere',
    nextProblem: 'Go to the next problem',
    previousProblem: 'Go to the previous problem',
    fixProblem: 'Mend the problem, where there is a way',
    foldBlock: 'Fold a block',
    unfoldBlock: 'Unfold a block',
    foldAllBlocks: 'Fold all blocks',
    unfoldAllBlocks: 'Unfold all blocks',
    find: 'Find and replace',
    findNext: 'Find the next one',
    findPrevious: 'Find the previous one',
    selectNextOccurrence: 'Select the next one like it as well',
    selectAllOccurrences: 'Select all like it',
    addCursor: 'Add a cursor',
    matchingBracket: 'Go to the matching bracket',
    undo: 'Undo',
    redo: 'Redo',
  },
  addMessage: 'Add message',
  asText: 'Edit as one text',
  asMessages: 'Edit as messages',
  noMessages: 'No messages yet',
  asTextAttached: 'A text has no attachments: remove them first',
  template: 'Template',
  attachments: {
    list: 'Attachments',
    attach: 'Attach images or files',
    attachHow: 'Attach images or files; they can be dropped and pasted too',
    remove: (name: string) => `Remove ${name}`,
    removed: (name: string) => `Removed ${name}`,
    picture: (name: string) => `Picture of ${name}`,
    tooLarge: (name: string) => `\`${name}\` has more than 20 MB, the most that an attachment has`,
    empty: (name: string) => `\`${name}\` is empty`,
    tooMany: (most: number) => `A message has at most ${most} attachments`,
    unreadable: 'The file cannot be read',
  },
  json: {
    invalid: (line: number, column: number) => `Not valid JSON from line ${line}, column ${column} on`,
    notUsed: 'The last valid value stays in use until this is mended',
    discard: 'Discard this text',
    mustBeObject: 'This must be a JSON object, such as {"type": "object"}',
    unusable: {
      inputs: 'The JSON of the inputs is not valid',
      input: (name: string) => `The value of \`${name}\` is not valid JSON`,
      variable: {
        schema: (name: string) => `The JSON Schema of the variable \`${name}\` is not valid`,
        default: (name: string) => `The default of the variable \`${name}\` is not valid JSON`,
      },
      schema: (name: string) => `The JSON Schema of the validation \`${name}\` is not valid`,
      rule: (name: string) => `The JSON of the validation \`${name}\` is not valid`,
      model: {
        schema: (model: string) => `The JSON Schema of the answer of \`${model}\` is not valid`,
        tools: (model: string) => `The list of tools of \`${model}\` is not valid`,
        extra: (model: string) => `The further fields of the request of \`${model}\` are not valid`,
      },
      context: {
        messages: 'The earlier messages of the context are not valid',
        data: 'The further data of the context are not valid',
      },
      notSent: 'Nothing was sent. Mend the text or discard it.',
    },
  },
  rendered: {
    value: (path: string) => path || 'worked out by a helper',
    emptyValue: 'empty',
    goTo: (name: string) => `Go to the input of ${name}`,
    history: 'earlier in the conversation',
    nothing: 'The prompt renders to nothing. Write a message on the Edit tab.',
    failed: 'This cannot be rendered',
    place: (path: string, line: number | null, column: number | null) =>
      line === null || column === null ? partName(path) : `${partName(path)}, line ${line}, column ${column}`,
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
    uncounted: (reason: string, isCounted: boolean) =>
      isCounted ? `As counted before: ${reason}` : `Not counted yet: ${reason}`,
  },
} as const;

import type { Matches } from './finding';

/** What the editor of a template says. */
export const editorTexts = {
  otherwise: 'What stands where the block does not hold. `else if` asks on.',
  locals: {
    this: 'The value that the block around looks at; outside of blocks all inputs.',
    '@index': 'The number of the turn of the loop, from 0.',
    '@key': 'The name of the field, or the number of the item.',
    '@first': 'Whether this is the first turn of the loop.',
    '@last': 'Whether this is the last turn of the loop.',
    '@root': 'All inputs, from within any block.',
    '@context': 'Further data that a run carries.',
    '..': 'What was `this` around the block.',
  } as Record<string, string>,
  block: 'block',
  helper: 'helper',
  local: 'of the loop',
  argument: 'argument',
  blockParameter: 'named by the block',
  namesItem: 'gives each item a name',
  required: 'required',
  optional: 'optional',
  sensitive: 'sensitive',
  hidden: 'The value is sensitive and not shown',
  value: 'Value',
  byDefault: 'By default',
  noValue: 'No value yet',
  declared: (name: string) => `Declared among the variables as \`${name}\``,
  undeclared: 'Not declared',
  ofSchema: (name: string) => `Declared by the schema of \`${name}\``,
  ofValue: (name: string) => `Found in the value of \`${name}\``,
  example: 'Example',
  partial: 'partial',
  text: 'Text',
  howPartial: 'Ctrl-click or F12 opens it',
  how: 'Ctrl-click or F12 goes to its input, F2 renames it',
  rename: (name: string) => `New name of ${name}`,
  declare: (name: string) => `Declare ${name}`,
  find: {
    find: 'Find',
    replace: 'Replace',
    replaceAll: 'Replace all',
    next: 'Go to the next match',
    previous: 'Go to the previous match',
    all: 'Select all',
    allMeaning: 'Select all matches',
    case: 'Case',
    matchCase: 'Match case',
    words: 'Words',
    wholeWords: 'Whole words',
    regexp: 'Regex',
    close: 'Close',
    noPattern: 'No such pattern',
    count: ({ count, current, hasMore }: Matches) => {
      const all = `${count}${hasMore ? '+' : ''}`;
      if (count === 0) return 'No matches';
      if (current > 0) return `${current} of ${all}`;
      return count === 1 ? '1 match' : `${all} matches`;
    },
  },
  roles: ['system', 'user', 'assistant', 'tool'],
} as const;

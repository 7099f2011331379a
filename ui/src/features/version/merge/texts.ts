import type { ConflictPlace, MergedList } from '../../../bindings/types';

const lists: Record<MergedList, string> = {
  messages: 'messages',
  attachments: 'attachments',
  variables: 'variables',
  tools: 'tools',
  validations: 'validations',
};

const part = (names: readonly string[]) => (names.length === 0 ? '' : `: ${names.join('.')}`);

/** What the merge editor says. */
export const mergeTexts = {
  title: (from: string, into: string) => `Merge ${from} into ${into}`,
  loading: 'Loading',
  upToDate: (from: string, into: string) => `${into} holds all of ${from} already.`,
  fastForward: (from: string, into: string) => `${into} has nothing of its own since: it moves to ${from}.`,
  clean: 'Both sides go together without a conflict.',
  conflicts: 'Conflicts',
  open: (count: number) => (count === 0 ? 'All settled' : `${count} to settle`),
  step: (at: number, of: number) => `${at} of ${of}`,
  previous: 'Previous conflict',
  next: 'Next conflict',
  base: 'As it was',
  ours: (branch: string) => `Ours (${branch})`,
  theirs: (branch: string) => `Theirs (${branch})`,
  absent: 'not there',
  nothing: 'empty',
  take: { ours: 'Take ours', theirs: 'Take theirs', both: 'Take both', hand: 'By hand' },
  choice: 'How it is settled',
  hand: 'Your own',
  notJson: 'This is not JSON yet',
  settled: 'settled',
  result: 'Result',
  settings: 'Variables, settings and validations',
  changes: 'What changes',
  text: 'text',
  note: 'Why (optional)',
  merge: 'Merge',
  cancel: 'Cancel',
  done: (from: string, into: string, version: string) => `Merged ${from} into ${into}: ${version}`,
  unchanged: 'There is nothing to merge',
  place: (place: ConflictPlace): string => {
    switch (place.kind) {
      case 'body':
        return 'Body: a text on one side, messages on the other';
      case 'text':
        return 'Lines of the text';
      case 'message':
        return `Message ${place.index + 1}: removed on one side, changed on the other`;
      case 'role':
        return `Role of message ${place.index + 1}`;
      case 'messageText':
        return `Lines of message ${place.index + 1}`;
      case 'attachment':
        return `Attachment ${place.name} of message ${place.index + 1}`;
      case 'variable':
        return `Variable ${place.name}${place.field === null ? '' : `: ${place.field}`}`;
      case 'engine':
        return 'Template language';
      case 'model':
        return 'Model';
      case 'parameter':
        return `Parameter ${place.path.join('.')}`;
      case 'tool':
        return `Tool ${place.name}${part(place.path)}`;
      case 'validation':
        return `Validation ${place.name}${part(place.path)}`;
      case 'title':
        return 'Title';
      case 'description':
        return 'Description';
      case 'order':
        return `Order of the ${lists[place.list]}`;
    }
  },
} as const;

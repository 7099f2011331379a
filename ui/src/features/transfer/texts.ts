import type { Format, ImportAction, ImportState, NoteKind } from '../../bindings/types';
import { count } from '../../lib/format';

const counted = (number: number, noun: string) => `${count(number)} ${noun}${number === 1 ? '' : 's'}`;

/** What importing and exporting say. */
export const transferTexts = {
  import: 'Import prompts',
  export: 'Export prompts',
  exportOne: (name: string) => `Export ${name}`,
  formats: {
    json: 'FormaOps JSON',
    yaml: 'FormaOps YAML',
    prompt: 'dotprompt (.prompt)',
    prompty: 'Prompty (.prompty)',
    promptfoo: 'promptfoo',
    langfuse: 'Langfuse',
    openai: 'OpenAI',
  } satisfies Record<Format, string>,
  drop: 'Drop files here',
  known:
    'FormaOps JSON and YAML, .prompt, .prompty, promptfoo, Langfuse, OpenAI, and zips of them. Each is known by what it holds. Nothing is changed before you say so.',
  choose: 'Choose files',
  reading: 'Reading the files',
  others: 'Choose other files',
  prompts: 'Prompts in the files',
  states: {
    new: 'new',
    taken: 'name is taken',
    same: 'is here already',
  } satisfies Record<ImportState, string>,
  actions: {
    create: 'Import as a prompt',
    version: 'Add as a version',
    skip: 'Leave out',
  } satisfies Record<ImportAction, string>,
  actionOf: (name: string) => `What becomes of ${name}`,
  nameOf: (name: string) => `Name for ${name}`,
  wrongName: 'Use lower-case letters, digits, “.”, “_”, “-” and “/”',
  cannot: 'cannot be imported',
  facts: (versions: number, sets: number, runs: number) =>
    [
      counted(versions, 'version'),
      ...(sets > 0 ? [counted(sets, 'input set')] : []),
      ...(runs > 0 ? [counted(runs, 'run')] : []),
    ].join(' · '),
  notes: 'What to know',
  generalNotes: 'About the files',
  kinds: {
    notUnderstood: 'not taken over',
    changed: 'changed',
  } satisfies Record<NoteKind, string>,
  line: (line: number) => `line ${line.toString()}`,
  allUnderstood: 'Everything in it is taken over.',
  result: 'The newest version, as it will be here',
  more: (number: string) => `${number} more are not listed. They are imported too; taken names get a number.`,
  apply: (number: number) => `Import ${counted(number, 'prompt')}`,
  nothing: 'Nothing to import',
  done: (created: number, updated: number) =>
    [
      ...(created > 0 ? [`${counted(created, 'prompt')} imported`] : []),
      ...(updated > 0 ? [`${counted(updated, 'prompt')} with new versions`] : []),
    ].join(', ') || 'All of it was here already',
  format: 'Format',
  history: 'All versions',
  historyHint: 'Else the newest one',
  results: 'Runs with their answers',
  resultsHint: 'Those that have ended',
  attachments: 'Bytes of attachments',
  attachmentsHint: 'Without them, the prompts can be imported only where they were exported',
  sensitive: 'Values of sensitive variables are never exported.',
  several:
    'Of several prompts, the window saves one file. The command line saves any format: formaops export',
  save: 'Export',
  saved: (prompts: number, path: string | null) =>
    path === null
      ? `${counted(prompts, 'prompt')} exported`
      : `${counted(prompts, 'prompt')} saved as ${path}`,
  notHeld: 'The file does not hold everything',
} as const;

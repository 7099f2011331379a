import type { Format, ImportAction, ImportState, NoteKind, TakenNames } from '../../bindings/types';
import { counted } from '../../lib/format';

/** How many there are of each kind. */
export interface Counts {
  readonly prompts: number;
  readonly datasets: number;
  readonly suites: number;
}

const listed = ({ prompts, datasets, suites }: Counts) =>
  [
    ...(prompts > 0 ? [counted(prompts, 'prompt')] : []),
    ...(datasets > 0 ? [counted(datasets, 'dataset')] : []),
    ...(suites > 0 ? [counted(suites, 'suite')] : []),
  ].join(', ');

/** What importing and exporting say. */
export const transferTexts = {
  import: 'Import prompts',
  export: 'Export the workspace',
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
  otherFiles: 'Choose other files',
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
  others: 'Datasets and suites in the files',
  dataset: (versions: number, cases: number) =>
    `dataset · ${counted(versions, 'version')} · ${counted(cases, 'case')}`,
  suite: (prompts: number) => `suite · ${counted(prompts, 'prompt')}`,
  taken: 'Where a name is taken',
  takenNames: {
    rename: 'Import under another name',
    version: 'Add to what is here',
    skip: 'Leave out',
  } satisfies Record<TakenNames, string>,
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
  apply: (counts: Counts) => `Import ${listed(counts)}`,
  nothing: 'Nothing to import',
  done: (created: Counts, updated: Counts) =>
    [
      ...(listed(created) === '' ? [] : [`${listed(created)} imported`]),
      ...(updated.prompts + updated.datasets === 0
        ? []
        : [`${listed({ ...updated, suites: 0 })} with new versions`]),
      ...(updated.suites === 0 ? [] : [`${counted(updated.suites, 'suite')} changed`]),
    ].join(', ') || 'All of it was here already',
  format: 'Format',
  history: 'All versions',
  historyHint: 'Else the newest one',
  results: 'Runs with their answers',
  resultsHint: 'Those that have ended',
  attachments: 'Bytes of attachments',
  attachmentsHint: 'Without them, the prompts can be imported only where they were exported',
  datasets: 'Datasets',
  datasetsHint: 'Without them, suites can be imported only where their datasets are',
  whole: 'The file holds the whole workspace: prompts, datasets and suites, with every value in their cases.',
  sensitive: 'Values of sensitive variables are never exported.',
  several:
    'Of several prompts, the window saves one file. The command line saves any format: formaops export',
  save: 'Export',
  saved: (counts: Counts, path: string | null) =>
    path === null ? `${listed(counts)} exported` : `${listed(counts)} saved as ${path}`,
  notHeld: 'The file does not hold everything',
} as const;

import type { FileProblem, FolderStatus } from '../../bindings/types';

/** What the linked folder says. */
export const folderTexts = {
  title: 'Linked folder',
  about:
    'Prompts, datasets and suites follow the files of a folder, and the files follow them: an edit in any editor becomes a version, and what you save here is written to the file. A folder in git is reviewed as text.',
  path: 'Folder',
  pathHint: 'The full path, such as `/home/ada/prompts`.',
  create: 'Make the folder where it is not there',
  export: 'Also write files for what is here already',
  link: 'Link folder',
  unlink: 'Unlink',
  unlinked: (path: string) => `Unlinked ${path}: what is here and its files stay as they are`,
  trust: 'Trust folder',
  trustTitle: 'Nothing of it runs yet',
  trustText:
    'Whoever writes into this folder decides what is sent to models, and with which of your providers. Look at what it holds, then trust it. Until then its prompts are shown and rendered, and nothing else; its datasets and suites are not read.',
  state: 'State',
  status: {
    reading: 'Being read',
    live: 'Followed',
    missing: 'Not there',
    emptied: 'All files are gone',
  } satisfies Record<FolderStatus, string>,
  statusText: {
    reading: '',
    live: '',
    missing: 'Nothing is done until the folder is there again. What is here stays as it is.',
    emptied:
      'As where a disk is not mounted: nothing was deleted here. Put the files back, or unlink the folder.',
  } satisfies Record<FolderStatus, string>,
  waiting: (files: number) => `${String(files)} files to read`,
  files: (files: number) => (files === 1 ? '1 file' : `${String(files)} files`),
  polling: (reason: string) => `Looked through every two seconds: ${reason}.`,
  git: 'Git',
  branch: (name: string, dirty: boolean | null | undefined) =>
    dirty === true ? `${name}, with uncommitted changes` : dirty === false ? `${name}, all committed` : name,
  changed: 'Last change',
  never: 'None yet',
  conflicts: 'Changed on both sides',
  conflictText:
    'What is here and its file were both changed, and cannot be merged by themselves. Neither is touched until you choose.',
  ours: 'Here',
  theirs: 'In the file',
  keepOurs: 'Keep what is here',
  takeTheirs: 'Take the file',
  merge: 'Merge…',
  mergeFile: {
    title: (path: string) => `Merge ${path}`,
    names: { into: 'here', from: 'the file' },
    save: 'Save both',
    cancel: 'Cancel',
  },
  unreadable: ({ message, line, column }: FileProblem) =>
    `The file cannot be read${line == null ? '' : ` (line ${String(line)}, column ${String(column ?? 1)})`}: ${message}. Mend it in an editor to take it; to keep what is here replaces all of it.`,
  decided: (name: string) => `${name} and its file say the same again`,
  problems: 'What stands in the way',
  place: (path: string, line: number | null | undefined, column: number | null | undefined) =>
    line == null ? path : `${path}, line ${String(line)}, column ${String(column ?? 1)}`,
  skipped: (count: number) => `Left alone (${String(count)})`,
  notices: 'What was done',
  inPrompt: {
    conflict: 'This prompt and its file were both changed.',
    decide: 'Decide',
    problem: 'The file of this prompt cannot be read, and is left as it is.',
    look: 'Linked folder',
  },
};

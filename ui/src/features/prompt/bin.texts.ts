const prompts = (count: number) => (count === 1 ? '1 prompt' : `${count} prompts`);

/** What is said of the bin, and before and after something is deleted for good. */
export const binTexts = {
  purge: (name: string) => `Delete ${name} for good`,
  emptyBin: 'Empty the bin',
  title: (name: string) => `Delete ${name} for good?`,
  emptyTitle: (count: number) => `Delete ${prompts(count)} for good?`,
  text: 'Versions, branches, labels and remembered inputs go with it, and nothing brings them back. Runs stay, with the versions they name.',
  confirm: 'Delete for good',
  cancel: 'Cancel',
  purged: (count: number) => `Deleted ${prompts(count)} for good`,
  empty: 'The bin is empty',
} as const;

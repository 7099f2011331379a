/** What the status bar says of the linked folder, where that is not normal. */
export const folderNewsTexts = {
  missing: 'Linked folder is not there',
  emptied: 'Linked folder is empty',
  conflicts: (count: number) => (count === 1 ? '1 file to decide' : `${String(count)} files to decide`),
  problems: (count: number) =>
    count === 1 ? '1 file cannot be followed' : `${String(count)} files cannot be followed`,
  dirty: (branch: string) => `${branch}, uncommitted`,
};

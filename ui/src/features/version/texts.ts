/** What the screens of versions say. */
export const versionTexts = {
  list: 'Versions',
  empty: 'No versions yet. Save the prompt to make the first one.',
  pick: 'Choose a version to see what changed since',
  version: (number: number | null) => (number === null ? 'snapshot' : `v${number}`),
  head: 'newest',
  noNote: 'no note',
  now: 'On screen now',
  equal: 'This version holds the same as what is on screen',
  layout: 'Show the difference',
  side: 'Side by side',
  unified: 'Unified',
  restore: 'Restore',
  restored: (name: string) => `Restored ${name}`,
  more: 'Older versions',
  loading: 'Loading',
} as const;

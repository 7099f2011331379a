import type { Showing } from './filters';

const prompts = (count: number) => (count === 1 ? '1 prompt' : `${count} prompts`);

/** What the list of prompts says of filters and of what is selected. */
export const libraryTexts = {
  showing: {
    current: 'Current',
    draft: 'Drafts',
    published: 'Published',
    archived: 'Archived',
    deleted: 'Bin',
  } satisfies Record<Showing, string>,
  states: 'State',
  tags: 'Tag',
  labels: 'Label',
  allTags: 'All tags',
  anyLabel: 'With or without labels',
  active: 'Filters in force',
  tag: (tag: string) => `tag ${tag}`,
  label: (label: string) => `label ${label}`,
  drop: (what: string) => `Remove the filter by ${what}`,
  saved: {
    title: 'Saved filters',
    save: 'Save this filter',
    manage: 'Rename or remove saved filters',
    name: 'Name',
    rename: (name: string) => `Name of ${name}`,
    remove: (name: string) => `Remove ${name}`,
    removed: (name: string) => `Filter ${name} removed`,
    taken: (name: string) => `There is a filter \`${name}\` already: choose another name`,
    unnamed: 'A filter needs a name',
  },
  selected: (count: number) => `${count} selected`,
  isSelected: 'selected',
  hint: 'Space selects a prompt, Shift with an arrow key those up to the next, Ctrl+A all, Escape none',
  bar: 'What is selected',
  publish: 'Publish',
  archive: 'Archive',
  remove: 'Delete',
  restore: 'Restore',
  retag: 'Add or remove tags',
  clear: 'Select nothing',
  add: 'Add tags',
  take: 'Remove tags',
  done: {
    publish: (count: number) => `Published ${prompts(count)}`,
    archive: (count: number) => `Archived ${prompts(count)}`,
    remove: (count: number) => `Deleted ${prompts(count)}`,
    restore: (count: number) => `Restored ${prompts(count)}`,
    retag: (count: number) => `Changed the tags of ${prompts(count)}`,
  },
  nothing: 'Nothing to change: all of them are so already',
} as const;

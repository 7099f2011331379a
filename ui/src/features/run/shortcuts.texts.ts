/** What the keys of a column do, in the words of their buttons. Every screen lists them, so they are apart from the rest. */
export const shortcutTexts = {
  views: { markdown: 'Markdown', raw: 'Raw', json: 'JSON' },
  inAll: (view: string) => `${view}, all columns`,
  solo: 'Only this column',
  showAll: 'Show all columns',
} as const;

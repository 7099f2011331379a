/** What the parts say that several screens are made of. */
export const componentTexts = {
  chart: { now: 'now', none: '–', read: (title: string) => `Read ${title}` },
  link: {
    title: 'Open this address outside of FormaOps?',
    leads: 'A model wrote this address. It leads to',
    account: 'What stands before `@` is a name that is sent along, not the place it leads to.',
    script: 'The name of the host is spelled with letters of other scripts, written here as `xn--`.',
    open: 'Open',
  },
  text: {
    asIs: 'This part cannot be shown as Markdown. It stands here as it is.',
    done: 'done',
    open: 'open',
  },
} as const;

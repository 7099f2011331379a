/** What the search of everything says. */
export const findingTexts = {
  versions: 'In versions',
  answers: 'In runs',
  looking: 'Searching in versions and answers',
  head: 'newest',
  /** Told to those who do not see the hits. */
  told: (versions: string, answers: string) => `${versions} in versions, ${answers} in runs`,
  none: 'Nothing found in versions and runs',
  nothing: 'Nothing matches',
  atLeast: (count: number) => `${count} or more`,
} as const;

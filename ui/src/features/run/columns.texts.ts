import { shortcutTexts } from './shortcuts.texts';

/** What the columns of a comparison say beside the answers. */
export const columnsTexts = {
  answers: 'Answers',
  answeredBy: (model: string) => `answered by ${model}`,
  answerOf: (model: string) => `Answer of ${model}`,
  views: shortcutTexts.views,
  view: (model: string) => `How the answer of ${model} is shown`,
  all: 'All columns',
  allViews: 'How all answers are shown',
  together: 'Scroll together',
  onlyOne: (model: string) => `Only ${model} is shown`,
  showAll: shortcutTexts.showAll,
  solo: shortcutTexts.solo,
  border: (model: string) => `Width of the column of ${model}`,
  share: 'its share of the room',
  toEnd: 'Jump to the end',
  tooLong: (most: string) => `The first ${most} are shown. The rest is kept and not in this window.`,
  copyAnswer: 'Copy the answer',
  copyFence: 'Copy as a Markdown fence',
  copyFacts: 'Copy the facts as JSON',
  copyCall: 'Copy the call as',
  languages: { curl: 'curl', python: 'Python', typescript: 'TypeScript', rust: 'Rust' },
  copied: 'Copied',
  save: 'Save the answer to a file',
  saved: (path: string) => `Saved as ${path}`,
  saveAsCase: 'Save as case…',
  compare: 'Compare with',
  previousRun: 'Its answer in the run before',
  best: {
    firstToken: (value: string, next: string) =>
      `Quickest to the first token: ${value}, the next took ${next}`,
    rate: (value: string, next: string) => `Most tokens a second: ${value}, the next had ${next}`,
    cost: (value: string, next: string) => `Least cost: ${value}, the next cost ${next}`,
    latency: (value: string, next: string) => `Quickest to its end: ${value}, the next took ${next}`,
  },
  json: {
    tree: 'The answer as a tree',
    none: 'This answer is not JSON. It stands here as it is.',
    fence: 'From the code block in the answer; the text around it is in the other views',
    growing: 'As much of it as has arrived',
    later: 'The tree is made when the answer has ended',
    rounded: 'Long numbers are rounded in the tree: the raw text has all their digits',
    copyPath: 'Copy path',
    copyValue: 'Copy value',
    items: (count: number) => (count === 1 ? '1 item' : `${count.toLocaleString('en-US')} items`),
    fields: (count: number) => (count === 1 ? '1 field' : `${count.toLocaleString('en-US')} fields`),
    range: (from: number, to: number) => `${from.toLocaleString('en-US')} … ${to.toLocaleString('en-US')}`,
    more: (count: number) => `… and ${count.toLocaleString('en-US')} characters more`,
  },
  difference: {
    title: 'Compare answers',
    layout: 'Show the difference',
    side: 'Side by side',
    unified: 'Unified',
    next: 'Next change',
    previous: 'Previous change',
    equal: 'Both answers are the same',
    changes: (count: number) => (count === 1 ? '1 change' : `${count} changes`),
    none: 'There is no answer of this model in the run before',
    tooLong: (most: string) => `Answers longer than ${most} are not compared`,
    before: 'run before',
    loading: 'Loading',
  },
  retry: {
    unheld: (round: number) =>
      round === 1
        ? 'Its answer did not hold, so it is told why and asked again:'
        : `Its answer did not hold, so it is told why and asked again, for the ${round}. time:`,
    askedAgain: (time: string) => `It is asked at ${time}.`,
    state: (attempt: number, last: number) => `attempt ${attempt} of ${last}`,
    next: (time: string) => `The next attempt is due at ${time}. Nothing had been answered yet.`,
    other: (model: string, time: string) =>
      `The next attempt asks ${model} and is due at ${time}. Nothing had been answered yet.`,
  },
  waits: {
    paused: 'Waiting until its run goes on: it is paused',
    open: (model: string, time: string | null) =>
      `${model} is left alone after repeated failures${time === null ? '' : `, until ${time}`}`,
    probed: (model: string) => `Waiting for one call that tries whether ${model} is well again`,
    enough: (provider: string, time: string) => `${provider} has said that it has enough until ${time}`,
    perMinute: (provider: string, time: string) =>
      `The limit that you set for ${provider} a minute is used up until ${time}`,
    modelFull: (model: string, running: number, limit: number) =>
      `${model} bears ${limit} at once for now, and has ${running} on the wire`,
    providerFull: (provider: string, running: number, limit: number) =>
      `${provider} takes ${limit} at once, and has ${running} on the wire`,
  },
  action: {
    openBudgets: 'Open budgets',
    setPrice: 'Set its price',
    chooseModel: 'Choose another model',
    openParameters: 'Open parameters',
    openPrompt: 'Open the prompt',
    cut: 'The answer was cut at the token limit.',
    raiseLimit: 'Raise the limit',
  },
} as const;

import type { Replay, Run } from '../../bindings/types';

/** What is said of answers that were not asked for. */
export const originTexts = {
  title: 'Answers',
  choices: {
    off: 'Ask the models',
    prefer: 'Ask for what is new',
    only: 'Replay recordings',
  } satisfies Record<Replay, string>,
  meaning: {
    off: 'Every answer is asked for, and recorded.',
    prefer: 'What was recorded is taken again, with its times, and costs nothing. What was not is asked for.',
    only: 'Every answer is one that was recorded, with its times. Nothing is sent, no key is needed and nothing is spent; what was not recorded fails.',
  } satisfies Record<Replay, string>,
  replay: { prefer: 'replayed where recorded', only: 'replayed' },
  regraded: 're-graded',
  regradedMeaning: 'Open the run whose answers these are',
  regrade: 'Grade again',
  regradeMeaning:
    'Holds these answers against the rules as they are now, as a run of its own. No model is called.',
  recorded: 'Recorded',
  recordedAt: (moment: string, cost: string) => `${moment}, for ${cost}`,
} as const;

/** Where the answers of a run come from, in a word or two; nothing where that is from its models. */
export function originOf({ replay = 'off', regraded }: Run): string {
  if (regraded != null) return originTexts.regraded;
  return replay === 'off' ? '' : originTexts.replay[replay];
}

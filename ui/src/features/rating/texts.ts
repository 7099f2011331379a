import type { RatingVerdict } from '../../bindings/types';

/** What the rating of answers says. */
export const ratingTexts = {
  title: 'Rating',
  of: (model: string) => `Rate the answer of ${model}`,
  verdicts: { pass: 'Pass', fail: 'Fail' } satisfies Record<RatingVerdict, string>,
  score: 'Score, 0 to 1',
  note: 'Note',
  notePlaceholder: 'Why, or what else there is to say',
  save: 'Save',
  takeBack: 'Take back',
  others: 'Others',
  saved: 'Rating kept',
  takenBack: 'Rating taken back',
  mark: {
    pass: 'a person says it passes',
    fail: 'a person says it fails',
    mixed: 'people do not agree',
    noted: 'a person has rated it',
  },
  shortcuts: {
    title: 'For an answer that has the focus',
    pass: 'Rate as pass; in a grid y alone',
    fail: 'Rate as fail; in a grid x alone',
    takeBack: 'Take the rating back; in a grid 0 alone',
  },
  summaryTitle: 'People say',
  summary: (passed: string, failed: string, rated: string) =>
    `${passed} pass, ${failed} fail of ${rated} ratings`,
  meanScore: (score: string) => `mean ${score}`,
} as const;

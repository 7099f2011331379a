import { IconUserCheck, IconUserQuestion, IconUserX } from '@tabler/icons-react';
import type { Execution, Rating } from '../../bindings/types';
import { markOf } from './mark';
import classes from './rating.module.css';
import { ratingTexts } from './texts';

const ICONS = { pass: IconUserCheck, fail: IconUserX, mixed: IconUserQuestion, noted: IconUserQuestion };

/** A sign that people have rated an answer, and what they say. */
export function RatingMark(props: {
  ratings: readonly Rating[];
  executions: readonly Pick<Execution, 'id'>[];
}) {
  const mark = markOf(props.ratings, props.executions);
  if (mark === null) return null;
  const Icon = ICONS[mark];
  const text = ratingTexts.mark[mark];
  return (
    <span className={classes.mark} data-mark={mark} role="img" aria-label={text} title={text}>
      <Icon size={14} aria-hidden />
    </span>
  );
}

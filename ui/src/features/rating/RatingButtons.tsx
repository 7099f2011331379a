import { Button } from '@mantine/core';
import { IconThumbDown, IconThumbUp } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Execution, RatingVerdict } from '../../bindings/types';
import { notifyError } from '../../lib/notify';
import { ratingsOf } from './mark';
import { ratingsQuery } from './queries';
import { rate } from './rate';
import classes from './rating.module.css';
import { keysOfRating } from './shortcuts';
import { ratingTexts } from './texts';

const ICONS = { pass: IconThumbUp, fail: IconThumbDown };
const VERDICTS: readonly RatingVerdict[] = ['pass', 'fail'];

/** Whether an answer passes, as a person sees it. The verdict that was given before is taken back by its own button. */
export function RatingButtons({ execution }: { execution: Execution }) {
  const known = useQuery(ratingsQuery(execution.runId)).data;
  if (known === undefined) return null;
  const given = ratingsOf(known, execution.id).own?.verdict ?? null;
  const say = (verdict: RatingVerdict) => {
    const said = given === verdict ? takenBack(ratingsOf(known, execution.id).own) : { verdict };
    rate(execution, said).catch(notifyError);
  };
  return (
    <div className={classes.buttons} role="group" aria-label={ratingTexts.of(execution.model)}>
      {VERDICTS.map((verdict) => {
        const Icon = ICONS[verdict];
        return (
          <Button
            key={verdict}
            size="compact-sm"
            variant="default"
            className={classes.verdict ?? ''}
            data-verdict={verdict}
            aria-pressed={given === verdict}
            title={keysOfRating(`rating.${verdict}`)}
            leftSection={<Icon size={14} aria-hidden />}
            onClick={() => say(verdict)}
          >
            {ratingTexts.verdicts[verdict]}
          </Button>
        );
      })}
    </div>
  );
}

/** A rating that says more than its verdict keeps the rest. */
function takenBack(own: { score?: number | null; note: string } | undefined) {
  const saysMore = own !== undefined && (own.score != null || own.note !== '');
  return saysMore ? { verdict: null } : null;
}

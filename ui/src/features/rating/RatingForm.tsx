import { Button, NumberInput, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Execution, Rating } from '../../bindings/types';
import { moment } from '../../lib/format';
import { notifyError } from '../../lib/notify';
import { RatingButtons } from './RatingButtons';
import { ratingsOf } from './mark';
import { ratingsQuery } from './queries';
import { rate } from './rate';
import classes from './rating.module.css';
import { keysOfRating } from './shortcuts';
import { ratingTexts } from './texts';

/** What a person says of an answer: verdict, score and note; and what others say. */
export function RatingForm({ execution }: { execution: Execution }) {
  const known = useQuery(ratingsQuery(execution.runId)).data;
  if (known === undefined) return null;
  const { own, others } = ratingsOf(known, execution.id);
  return (
    <div className={classes.form}>
      <RatingButtons execution={execution} />
      <Details key={own?.updatedAt ?? ''} execution={execution} own={own} />
      {others.length > 0 && <Others ratings={others} />}
    </div>
  );
}

function Details({ execution, own }: { execution: Execution; own: Rating | undefined }) {
  const [score, setScore] = useState<number | null>(own?.score ?? null);
  const [note, setNote] = useState(own?.note ?? '');
  const isChanged = score !== (own?.score ?? null) || note.trim() !== (own?.note ?? '');
  const isEmpty = score === null && note.trim() === '' && own?.verdict == null;
  const save = () => {
    rate(execution, isEmpty ? null : { score, note }).catch(notifyError);
  };
  return (
    <>
      <NumberInput
        w={160}
        label={ratingTexts.score}
        min={0}
        max={1}
        step={0.1}
        decimalScale={2}
        value={score ?? ''}
        onChange={(value) => setScore(typeof value === 'number' ? value : null)}
      />
      <Textarea
        label={ratingTexts.note}
        placeholder={ratingTexts.notePlaceholder}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={4000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <div className={classes.acts}>
        <Button variant="default" disabled={!isChanged} onClick={save}>
          {ratingTexts.save}
        </Button>
        {own !== undefined && (
          <Button
            variant="subtle"
            title={keysOfRating('rating.none')}
            onClick={() => {
              rate(execution, null).catch(notifyError);
            }}
          >
            {ratingTexts.takeBack}
          </Button>
        )}
      </div>
    </>
  );
}

function Others({ ratings }: { ratings: readonly Rating[] }) {
  return (
    <section aria-label={ratingTexts.others}>
      <h4 className={classes.others}>{ratingTexts.others}</h4>
      {ratings.map(({ ratedBy, verdict, score, note, updatedAt }) => (
        <p key={ratedBy} className={classes.other}>
          {verdict != null && <b>{ratingTexts.verdicts[verdict]}</b>}
          {score != null && <span className="num">{score.toFixed(2)}</span>}
          <time dateTime={updatedAt}>{moment(updatedAt)}</time>
          {note !== '' && <span>{note}</span>}
        </p>
      ))}
    </section>
  );
}

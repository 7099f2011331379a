import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Run } from '../../bindings/types';
import { Problem } from '../../components/Notice';
import { count } from '../../lib/format';
import { percent } from '../suite/show';
import classes from './blind.module.css';
import { outcomeQuery } from './queries';
import { blindTexts } from './texts';

interface Props {
  readonly run: Run;
  readonly one: number;
  readonly other: number;
  /** How many pairs were decided when it was asked for. */
  readonly decided: number;
  readonly onAgain: (() => void) | null;
}

/** Which of the two columns is liked better, with their names. */
export function BlindOutcome({ run, one, other, decided, onAgain }: Props) {
  const outcome = useQuery(outcomeQuery(run.id, one, other, decided));
  if (outcome.isError) return <Problem error={outcome.error} onRetry={() => void outcome.refetch()} />;
  if (outcome.data === undefined) return <Skeleton height={160} />;
  const { one: first, other: second, liking, leftOver } = outcome.data;
  const rows: readonly [string, string, number][] = [
    [blindTexts.first, first, liking.one],
    [blindTexts.second, second, liking.other],
    ['', blindTexts.neither, liking.same],
  ];
  return (
    <section className={classes.outcome} aria-label={blindTexts.outcome}>
      <h2>{blindTexts.outcome}</h2>
      <p className={classes.words}>{liking.words}</p>
      <table className={classes.table}>
        <tbody>
          {rows.map(([place, name, cases]) => (
            <tr key={name}>
              <td>{place}</td>
              <th scope="row">{name}</th>
              <td className="num">{count(cases)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {liking.one + liking.other > 0 && (
        <p>{blindTexts.share(percent(liking.share.low), percent(liking.share.high))}</p>
      )}
      {leftOver > 0 && <p>{blindTexts.leftOver(leftOver)}</p>}
      {onAgain !== null && (
        <Button variant="default" onClick={onAgain}>
          {blindTexts.again}
        </Button>
      )}
    </section>
  );
}

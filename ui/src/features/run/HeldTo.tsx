import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Run } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { providersQuery } from '../provider/queries';
import { isOver } from './course';
import { runQuery } from './queries';
import { runsTexts } from './runs.texts';
import classes from './screen.module.css';

/** The limit that stands over the concurrency which a run asks for, and the way to where that is changed. */
export function HeldTo({ run }: { run: Run }) {
  const { data: limit } = useQuery({
    ...runQuery(run.id),
    enabled: run.concurrency != null && !isOver(run),
    select: ({ heldTo }) => heldTo ?? null,
  });
  const { data: providers } = useQuery({ ...providersQuery, enabled: limit != null });
  if (limit == null || isOver(run)) return null;
  const { most, by } = limit;
  const provider = providers?.items.find(({ name }) => name === by);
  const place =
    provider === undefined
      ? ({ to: '/settings/engine' } as const)
      : ({ to: '/settings/providers/$id', params: { id: provider.id } } as const);
  return (
    <p className={classes.limit}>
      <Marked text={runsTexts.heldTo.text(most, by, run.concurrency ?? most)} />{' '}
      <Anchor inherit underline="always" renderRoot={(props) => <Link {...place} {...props} />}>
        {runsTexts.heldTo.change}
      </Anchor>
    </p>
  );
}

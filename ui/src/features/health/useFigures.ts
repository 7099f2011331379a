import { useQuery } from '@tanstack/react-query';
import { useEffect, useEffectEvent } from 'react';
import { metricsQuery } from '../../app/metrics';
import type { LiveFigures } from '../../bindings/types';
import { figuresQuery } from './queries';
import { isMoving } from './series';

/** How often what moves is read again, in milliseconds. */
const EVERY_MS = 1000;

interface Figures {
  readonly figures: LiveFigures | undefined;
  /** Whether they are read again only when somebody asks. */
  readonly isPaused: boolean;
  /** Whether anything has ever run. */
  readonly hasRun: boolean;
  readonly problem: unknown;
  readonly refresh: () => void;
}

/**
 * What goes on, once a second while something runs or has just run and the page is seen; else when something has ended.
 * While all is not well it stands still.
 */
export function useFigures(): Figures {
  const metrics = useQuery(metricsQuery).data;
  const isBusy = metrics !== undefined && metrics.engine.running + metrics.engine.queued > 0;
  const isPausedIn = (data: LiveFigures | undefined) => (data ?? metrics)?.level.level !== 'normal';
  const query = useQuery({
    ...figuresQuery,
    staleTime: 0,
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && !isPausedIn(data) && (isBusy || isMoving(data)) ? EVERY_MS : false,
    refetchOnWindowFocus: ({ state: { data } }) => !isPausedIn(data),
  });
  const figures = query.data;
  const isPaused = figures !== undefined && isPausedIn(figures);
  const { completed = 0, failed = 0, cancelled = 0, total = 0 } = metrics?.executions ?? {};
  const { refetch } = query;
  const read = useEffectEvent(() => {
    if (figures !== undefined && !isPaused) void refetch();
  });
  // What was over before it could be seen running.
  useEffect(() => read(), [completed, failed, cancelled]);
  const hasRun = total > 0 || (figures?.samples.length ?? 0) > 0;
  return { figures, isPaused, hasRun, problem: query.error, refresh: () => void refetch() };
}

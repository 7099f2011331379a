import { Button, Skeleton } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { LiveFigures } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { Notice, Problem } from '../../components/Notice';
import { clock } from '../../lib/format';
import { BudgetUse } from './BudgetUse';
import { Charts } from './Charts';
import classes from './health.module.css';
import { levelTexts } from './level.texts';
import { LevelFacts } from './LevelNews';
import { ModelLoads } from './ModelLoads';
import { Parts } from './Parts';
import { ProviderParts } from './ProviderParts';
import { healthQuery } from './queries';
import { isMoving } from './series';
import { healthTexts as words } from './texts';
import { useFigures } from './useFigures';

/** How well everything is, what goes on, and what went on within the last ten minutes. */
export function HealthScreen() {
  const { figures, isPaused, hasRun, problem, refresh } = useFigures();
  const health = useQuery({ ...healthQuery, staleTime: 0, refetchOnWindowFocus: !isPaused });
  const onRefresh = () => {
    refresh();
    void health.refetch();
  };
  return (
    <section className={classes.page} aria-labelledby="health-title">
      <header className={classes.head}>
        <h1 id="health-title">{words.title}</h1>
        {figures !== undefined && <Mode figures={figures} isPaused={isPaused} />}
        <span className="spacer" />
        <Button variant="default" leftSection={<IconRefresh size={14} aria-hidden />} onClick={onRefresh}>
          {words.refresh}
        </Button>
      </header>
      {problem !== null && <Problem error={problem} onRetry={onRefresh} />}
      {figures === undefined && problem === null && <Skeleton height={320} />}
      {figures !== undefined && (
        <>
          <LevelBox figures={figures} isPaused={isPaused} />
          {hasRun ? <Charts figures={figures} /> : <Never />}
          <ModelLoads figures={figures} />
          <ProviderParts parts={health.data?.providers ?? []} figures={figures} />
          <div className={classes.columns}>
            <Parts health={health.data} figures={figures} />
            <BudgetUse />
          </div>
        </>
      )}
    </section>
  );
}

function Mode({ figures, isPaused }: { figures: LiveFigures; isPaused: boolean }) {
  const mode = isPaused ? 'paused' : isMoving(figures) ? 'live' : 'still';
  const tone = { paused: 'warn', live: 'good', still: 'plain' } as const;
  return (
    <>
      <Chip tone={tone[mode]}>{words.mode[mode]}</Chip>
      <span className={`${classes.quiet ?? ''} num`}>{words.asOf(clock(figures.at))}</span>
    </>
  );
}

function LevelBox({ figures: { level }, isPaused }: { figures: LiveFigures; isPaused: boolean }) {
  const name = levelTexts.words[level.level];
  const tone = { normal: 'good', degraded: 'warn', critical: 'bad', emergency: 'bad' } as const;
  return (
    <div className={classes.level} data-level={level.level} role="group" aria-label={name}>
      <div className={classes.line}>
        <Chip tone={tone[level.level]}>{name}</Chip>
        <span>{level.level === 'normal' ? words.well : isPaused && words.pausedText}</span>
      </div>
      <LevelFacts health={level} />
    </div>
  );
}

function Never() {
  const { title, text, action } = words.never;
  return (
    <Notice title={title} text={text}>
      <Button renderRoot={(props) => <Link to="/prompts" {...props} />}>{action}</Button>
    </Notice>
  );
}

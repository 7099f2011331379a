import { Button, Select, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Run } from '../../bindings/types';
import { Notice, Problem } from '../../components/Notice';
import { runQuery } from '../run/queries';
import { columnNames } from '../suite/show';
import classes from './blind.module.css';
import { BlindWork } from './BlindWork';
import { blindQuery } from './queries';
import { newSeed } from './search';
import { blindTexts } from './texts';

const place = getRouteApi('/runs/$id/blind');

/** Two columns of a run beside each other without their names. */
export function BlindScreen() {
  const { id } = place.useParams();
  const run = useQuery(runQuery(id));
  return (
    <section className={classes.screen} aria-labelledby="blind-title">
      <header className={classes.bar}>
        <h1 id="blind-title">{blindTexts.title}</h1>
        <span className="spacer" />
        <Link to="/runs/$id" params={{ id }}>
          {blindTexts.back}
        </Link>
      </header>
      {run.isError && <Problem error={run.error} onRetry={() => void run.refetch()} />}
      {run.isPending && <Skeleton height={240} />}
      {run.data !== undefined && <OfRun run={run.data.run} />}
    </section>
  );
}

function OfRun({ run }: { run: Run }) {
  const { one, other, seed } = place.useSearch();
  const isPair = one !== undefined && other !== undefined && one !== other;
  const isThere = isPair && Math.max(one, other) < run.variants.length;
  if (!isThere || seed === undefined) return <Choose run={run} />;
  return <Pairs key={`${one} ${other} ${seed}`} run={run} one={one} other={other} seed={seed} />;
}

/** Which two columns are compared. Their names may be known: the sides are not. */
function Choose({ run }: { run: Run }) {
  const navigate = place.useNavigate();
  const [one, setOne] = useState('0');
  const [other, setOther] = useState('1');
  const names = columnNames(run).map(({ whole }, at) => ({ value: String(at), label: whole }));
  const start = () =>
    void navigate({ search: { one: Number(one), other: Number(other), seed: newSeed() }, replace: true });
  if (names.length < 2) return <Notice title={blindTexts.nothing.title} text={blindTexts.nothing.text} />;
  return (
    <div className={classes.choose}>
      <p>{blindTexts.intro}</p>
      <div className={classes.columns} role="group" aria-label={blindTexts.columns}>
        <Select
          label={blindTexts.one}
          allowDeselect={false}
          data={names}
          value={one}
          onChange={(value) => setOne(value ?? '0')}
        />
        <Select
          label={blindTexts.other}
          allowDeselect={false}
          data={names}
          value={other}
          error={one === other ? blindTexts.sameColumn : null}
          onChange={(value) => setOther(value ?? '1')}
        />
      </div>
      <Button disabled={one === other} onClick={start}>
        {blindTexts.start}
      </Button>
    </div>
  );
}

function Pairs({ run, one, other, seed }: { run: Run; one: number; other: number; seed: number }) {
  const pairs = useQuery(blindQuery(run.id, one, other, seed));
  if (pairs.isError) return <Problem error={pairs.error} onRetry={() => void pairs.refetch()} />;
  if (pairs.data === undefined) return <Skeleton height={240} />;
  if (pairs.data.pairs.length === 0) {
    return <Notice title={blindTexts.nothing.title} text={blindTexts.nothing.text} />;
  }
  return <BlindWork run={run} one={one} other={other} known={pairs.data} />;
}

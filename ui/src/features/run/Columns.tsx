import { memo, useState } from 'react';
import { texts } from '../../app/texts';
import type { Execution, RunDetail } from '../../bindings/types';
import { bestOf } from './best';
import { Column } from './Column';
import { differingParameters } from '../parameter/parameters';
import classes from './run.module.css';

/** One column for each model, streaming at once. What is typed beside it does not draw it again. */
export const Columns = memo(function Columns({ detail }: { detail: RunDetail | undefined }) {
  const [solo, setSolo] = useState<number | null>(null);
  const [repeat, setRepeat] = useState(0);
  if (detail === undefined) return <div className={classes.nothing}>{texts.column.empty}</div>;
  const { run, executions } = detail;
  const shown = Math.min(repeat, run.repeats - 1);
  const columns = run.variants.map((_, at) =>
    executions.find((execution) => execution.variant === at && execution.repeat === shown),
  );
  const best = bestOf(columns.filter((execution): execution is Execution => execution !== undefined));
  const parameters = run.variants.map((variant) => variant.parameters);
  return (
    <div className={classes.columns}>
      {columns.map((execution, at) => {
        const own = parameters[at];
        if (execution === undefined || own === undefined) return null;
        if (solo !== null && solo < columns.length && solo !== at) return null;
        const others = parameters.filter((_, other) => other !== at);
        return (
          <Column
            key={`${run.id} ${at}`}
            execution={execution}
            parameters={columns.length === 1 ? own : differingParameters(own, others)}
            best={best}
            isSolo={solo === at}
            onSolo={columns.length > 1 ? () => setSolo(solo === at ? null : at) : null}
            repeats={run.repeats}
            repeat={shown}
            onRepeat={setRepeat}
          />
        );
      })}
    </div>
  );
});

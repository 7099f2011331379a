import { VisuallyHidden } from '@mantine/core';
import { Fragment, memo, useCallback, useMemo, useState } from 'react';
import { texts } from '../../app/texts';
import type { Execution, RunDetail } from '../../bindings/types';
import { differingParameters } from '../parameter/parameters';
import { FirstSteps } from '../provider/FirstSteps';
import { bestOf } from './best';
import { Column, type Other } from './Column';
import { ColumnBorder } from './ColumnBorder';
import { ColumnsBar } from './ColumnsBar';
import { columnsTexts } from './columns.texts';
import { Difference } from './Difference';
import classes from './run.module.css';
import type { ColumnAction } from './shortcuts';
import { useArrangement } from './useArrangement';
import { commonView, viewOf } from './views';

/** One column for each model, streaming at once. What is typed beside it does not draw it again. */
export const Columns = memo(function Columns({ detail }: { detail: RunDetail | undefined }) {
  if (detail === undefined) {
    return (
      <div className={classes.nothing}>
        <div>
          {texts.column.empty}
          <FirstSteps />
        </div>
      </div>
    );
  }
  return <Answers detail={detail} />;
});

interface Compared {
  execution: Execution;
  other: Other;
}

function Answers({ detail }: { detail: RunDetail }) {
  const { run } = detail;
  const [repeat, setRepeat] = useState(0);
  const [compared, setCompared] = useState<Compared | null>(null);
  const shown = Math.min(repeat, run.repeats - 1);
  const row = useRow(detail, shown);
  const models = useMemo(() => run.variants.map(({ model }) => model), [run.variants]);
  const place = useArrangement(models);
  const { act, solo } = place;
  const onAction = useCallback(
    (action: ColumnAction, { variant, model }: Execution) => act(action, variant, model),
    [act],
  );
  const onCompare = useCallback(
    (execution: Execution, other: Other) => setCompared({ execution, other }),
    [],
  );
  const isSeveral = row.columns.length > 1;
  const visible = row.columns.filter(({ execution }) => solo === null || execution.variant === solo);
  return (
    <section className={classes.answers} aria-label={columnsTexts.answers}>
      {isSeveral && (
        <ColumnsBar
          view={commonView(place.views, models)}
          onView={place.setAllViews}
          isTogether={place.isTogether}
          onTogether={place.setTogether}
          solo={solo === null ? null : (models[solo] ?? null)}
          onShowAll={place.showAll}
        />
      )}
      <div className={classes.columns}>
        {visible.map(({ execution, parameters }, at) => (
          <Fragment key={`${run.id} ${execution.variant}`}>
            <div
              className={classes.slot}
              style={styleOf(place.widths[execution.variant], at === visible.length - 1)}
            >
              <Column
                execution={execution}
                parameters={parameters}
                best={row.best}
                view={viewOf(place.views, execution.model)}
                others={row.others}
                isSolo={isSeveral ? solo === execution.variant : null}
                repeats={run.repeats}
                repeat={shown}
                together={place.together}
                onAction={onAction}
                onCompare={onCompare}
                onRepeat={setRepeat}
              />
            </div>
            {at < visible.length - 1 && (
              <ColumnBorder
                model={execution.model}
                width={place.widths[execution.variant]}
                onWidth={(width) => place.setWidth(execution.variant, width)}
              />
            )}
          </Fragment>
        ))}
      </div>
      <Ended executions={row.columns.map(({ execution }) => execution)} />
      {compared !== null && <Difference {...compared} onClose={() => setCompared(null)} />}
    </section>
  );
}

/** A width that was given holds, but for the last column, which takes what is left. */
function styleOf(width: number | undefined, isLast: boolean) {
  return width === undefined ? undefined : { flex: `${isLast ? 1 : 0} 0 ${width}px` };
}

/** The cells of a row, with what is said of all of them together. */
function useRow({ run, executions }: RunDetail, repeat: number) {
  return useMemo(() => {
    const cells = run.variants.flatMap((_, at) => {
      const found = executions.find((execution) => execution.variant === at && execution.repeat === repeat);
      return found === undefined ? [] : [found];
    });
    const parameters = run.variants.map((variant) => variant.parameters);
    const columns = cells.map((execution) => {
      const own = parameters[execution.variant] ?? {};
      const others = parameters.filter((_, at) => at !== execution.variant);
      return { execution, parameters: others.length === 0 ? own : differingParameters(own, others) };
    });
    const others: Other[] = cells.map((execution) => ({ label: labelOf(execution, cells), execution }));
    others.push({ label: columnsTexts.previousRun, execution: null });
    return { columns, best: bestOf(cells), others };
  }, [run.variants, executions, repeat]);
}

/** The model of a column, with its place where another has the same. */
function labelOf({ model, variant }: Execution, cells: Execution[]): string {
  return cells.filter((other) => other.model === model).length === 1 ? model : `${model} (${variant + 1})`;
}

/** Says which answers have ended, to those who do not see it. Each is said once, and no word of them as it streams. */
function Ended({ executions }: { executions: Execution[] }) {
  return (
    <VisuallyHidden role="status" aria-atomic={false}>
      {executions.map(({ id, model, status }) => (
        <div key={id}>
          {status !== 'pending' && status !== 'running' && `${model}: ${texts.executionStatus[status]}`}
        </div>
      ))}
    </VisuallyHidden>
  );
}

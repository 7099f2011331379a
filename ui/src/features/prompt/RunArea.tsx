import { memo } from 'react';
import type { ModelChoice } from '../../bindings/types';
import { runCost } from '../budget/cost';
import { CostButton } from '../budget/CostButton';
import { useEstimates, useIsOld, useUncounted } from '../content/checked';
import { Columns } from '../run/Columns';
import { failuresOf, isLong } from '../run/course';
import { RunActionsContext } from '../run/runActions';
import { RunBar } from '../run/RunBar';
import { RunProgress } from '../run/RunProgress';
import { RunSteps } from '../run/RunSteps';
import type { RunBarState } from '../run/useRunBar';
import { type Desk, useFrame } from './desk';
import classes from './prompt.module.css';

/** What is run and what it gave: the bar with the models, and a column for each. */
export function RunArea({ desk, bar }: { desk: Desk; bar: RunBarState }) {
  return (
    <div className={classes.lower}>
      <RunBar
        bar={bar}
        owner={desk.actions}
        content={useFrame(desk)}
        cost={
          <Cost desk={desk} choices={bar.models} repeats={bar.repeats} cap={bar.cap} onCap={bar.setCap} />
        }
      />
      {bar.run !== undefined && isLong(bar.run.run) && (
        <div className={classes.progress}>
          <RunProgress
            run={bar.run.run}
            failures={failuresOf(bar.run.executions)}
            steps={<RunSteps run={bar.run.run} />}
          />
        </div>
      )}
      <div className={classes.columns}>
        <RunActionsContext value={bar.actions}>
          <Columns detail={bar.run} />
        </RunActionsContext>
      </div>
    </div>
  );
}

/** What the next run costs. It follows the typing, as the estimates beside the inputs do. */
const Cost = memo(function Cost(props: {
  readonly desk: Desk;
  readonly choices: readonly ModelChoice[];
  readonly repeats: number;
  readonly cap: string | null;
  readonly onCap: (cap: string | null) => void;
}) {
  const estimates = useEstimates(props.desk.checked, props.choices);
  const cost = runCost(estimates, props.repeats);
  const isOld = useIsOld(props.desk.checked);
  const uncounted = useUncounted(props.desk.checked);
  return <CostButton cost={cost} isOld={isOld} uncounted={uncounted} cap={props.cap} onCap={props.onCap} />;
});

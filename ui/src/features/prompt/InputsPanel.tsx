import { SegmentedControl } from '@mantine/core';
import { memo, useMemo, useState } from 'react';
import { texts } from '../../app/texts';
import type { ContentReport, ModelChoice, Problem } from '../../bindings/types';
import { Estimates } from '../content/Estimates';
import { useChecked } from '../content/checked';
import { useOpening } from '../content/wanted';
import { InputSets } from '../inputset/InputSets';
import { InputsForm, type View, ViewSwitch } from '../variable/InputsForm';
import { nowWrong } from '../variable/variable';
import { VariablesEditor } from '../variable/VariablesEditor';
import classes from './prompt.module.css';
import type { Work } from './useWork';

type Showing = 'inputs' | 'variables';

const shown: { value: Showing; label: string }[] = [
  { value: 'inputs', label: texts.inputs.title },
  { value: 'variables', label: texts.inputs.variables },
];

/** The inputs of the next run, the variables they belong to, and what the run would need. */
export function InputsPanel(props: {
  readonly promptId: string;
  readonly work: Work;
  /** What the last run was refused for. */
  readonly problems: Problem[];
  readonly choices: ModelChoice[];
}) {
  const { work, choices } = props;
  const problems = useProblems(work, props.problems);
  const [showing, setShowing] = useState<Showing>('inputs');
  const [view, setView] = useState<View>('form');
  useOpening(work.actions, 'variables.', () => setShowing('variables'));
  useOpening(work.actions, 'inputs', (name) => {
    setShowing('inputs');
    setView(name === 'inputs' ? 'json' : 'form');
  });
  return (
    <div className={classes.pane}>
      <div className={classes.scroll}>
        <div className={classes.side}>
          <Head showing={showing} onShow={setShowing} view={view} onView={setView} />
          {showing === 'inputs' && (
            <div className={classes.sideHead}>
              <InputSets promptId={props.promptId} work={work} />
            </div>
          )}
          {showing === 'inputs' ? (
            <InputsForm work={work} problems={problems} view={view} />
          ) : (
            <VariablesEditor work={work} />
          )}
          <Estimates content={work.content} checked={work.checked} choices={choices} />
        </div>
      </div>
    </div>
  );
}

/** Chooses what the panel shows. What is typed does not draw it again. */
const Head = memo(function Head(props: {
  readonly showing: Showing;
  readonly onShow: (showing: Showing) => void;
  readonly view: View;
  readonly onView: (view: View) => void;
}) {
  const { showing, onShow } = props;
  return (
    <div className={classes.sideHead}>
      <SegmentedControl aria-label={texts.inputs.title} value={showing} onChange={onShow} data={shown} />
      {showing === 'inputs' && <ViewSwitch view={props.view} onChange={props.onView} />}
    </div>
  );
});

const NO_PROBLEMS: Problem[] = [];
const problemsOfError = ({ error }: ContentReport) => error?.problems ?? NO_PROBLEMS;

/** What is wrong with the inputs by now: what is typed is checked at once, what is missing is told when it is run. */
function useProblems(work: Work, refused: Problem[]): Problem[] {
  const { checked, inputs } = work;
  const problems = useChecked(checked, problemsOfError) ?? NO_PROBLEMS;
  return useMemo(() => nowWrong(inputs, problems, refused), [inputs, problems, refused]);
}

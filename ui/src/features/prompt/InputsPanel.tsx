import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { texts } from '../../app/texts';
import type { Problem } from '../../bindings/types';
import { Estimates } from '../content/Estimates';
import { InputSets } from '../inputset/InputSets';
import { InputsForm, type View, ViewSwitch } from '../variable/InputsForm';
import { VariablesEditor } from '../variable/VariablesEditor';
import classes from './prompt.module.css';
import type { Work } from './useWork';

/** The inputs of the next run, the variables they belong to, and what the run would need. */
export function InputsPanel({
  promptId,
  work,
  problems,
  models,
}: {
  promptId: string;
  work: Work;
  problems: Problem[];
  models: string[];
}) {
  const [showing, setShowing] = useState<'inputs' | 'variables'>('inputs');
  const [view, setView] = useState<View>('form');
  return (
    <div className={classes.pane}>
      <div className={classes.scroll}>
        <div className={classes.side}>
          <div className={classes.sideHead}>
            <SegmentedControl
              aria-label={texts.inputs.title}
              value={showing}
              onChange={(value) => setShowing(value)}
              data={[
                { value: 'inputs', label: texts.inputs.title },
                { value: 'variables', label: texts.inputs.variables },
              ]}
            />
            {showing === 'inputs' && <ViewSwitch view={view} onChange={setView} />}
          </div>
          {showing === 'inputs' && (
            <div className={classes.sideHead}>
              <InputSets promptId={promptId} work={work} />
            </div>
          )}
          {showing === 'inputs' ? (
            <InputsForm work={work} problems={problems} view={view} />
          ) : (
            <VariablesEditor work={work} />
          )}
          <Estimates content={work.content} inputs={work.inputs} models={models} />
        </div>
      </div>
    </div>
  );
}

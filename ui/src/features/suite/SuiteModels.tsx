import { useState } from 'react';
import type { SuiteModel } from '../../bindings/types';
import { notifyUndo } from '../../lib/notify';
import { inserted, replaced, without } from '../content/body';
import { modelField } from '../content/unusable';
import { emptyContent } from '../prompt/desk';
import { ModelChip } from '../run/ModelChip';
import { ModelPicker } from '../run/ModelPicker';
import type { SuiteDesk } from './keepers';
import { suiteTexts } from './texts';
import classes from './suite.module.css';

/** The models of a suite with their parameters. */
export function SuiteModels({ desk, owner }: { desk: SuiteDesk; owner: object }) {
  const { models } = desk.work.spec;
  const [opened, setOpened] = useState<'models' | number | null>(null);
  const change = (next: (now: SuiteModel[]) => SuiteModel[]) =>
    desk.change((spec) => ({ ...spec, models: next(spec.models) }));
  const remove = (at: number, model: SuiteModel) => {
    change((now) => without(now, at));
    notifyUndo(suiteTexts.models.removed(model.model), () => {
      change((now) => inserted(now, at, model));
      return Promise.resolve();
    });
  };
  return (
    <div className={classes.models}>
      {models.map((own, at) => (
        <ModelChip
          key={modelField(own, at)}
          owner={owner}
          name={modelField(own, at)}
          choice={own}
          content={emptyContent}
          isOpen={opened === at}
          onOpen={(isOpen) => setOpened(isOpen ? at : null)}
          onChange={(next) => {
            if (next === null) remove(at, own);
            else change((now) => replaced(now, at, { model: next.model, parameters: next.parameters ?? {} }));
          }}
        />
      ))}
      <ModelPicker
        isOpen={opened === 'models'}
        onOpen={(isOpen) => setOpened(isOpen ? 'models' : null)}
        onPick={(model) => change((now) => [...now, { model, parameters: {} }])}
      />
    </div>
  );
}

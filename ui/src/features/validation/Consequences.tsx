import { NumberInput, Select, TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useId, useState } from 'react';
import type { OnFailure, Validation, ValidationPhase } from '../../bindings/types';
import { consequences, FAIL } from './rules';
import { validationTexts } from './texts';
import classes from './validation.module.css';

const words = validationTexts.consequences;

/** The most that a model is asked again for one answer. */
const MOST_TIMES = 5;

interface Props {
  readonly validation: Validation;
  /** Whether it is a part of a set, which has its own phase and consequence. */
  readonly isPart: boolean;
  readonly onChange: (part: Partial<Validation>) => void;
}

/** When a validation is done and what comes of it: a line that says what is not as usual, and opens. */
export function Consequences(props: Props) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const told = consequences(props.validation);
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <div>
      <button
        type="button"
        className={classes.fold}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <Chevron size={14} aria-hidden />
        <span className={classes.folded}>{told.length === 0 ? words.plain : told.join(', ')}</span>
      </button>
      <div id={id} role="group" aria-label={words.label(props.validation.name)} hidden={!isOpen}>
        {isOpen && (
          <div className={classes.settings}>
            {!props.isPart && <When {...props} />}
            <Counts {...props} />
          </div>
        )}
      </div>
    </div>
  );
}

function When({ validation, onChange }: Props) {
  const { phase = 'after', onFailure = FAIL } = validation;
  const actions = Object.entries(words.actions)
    // Before the model is called there is nothing to ask again.
    .filter(([action]) => phase === 'after' || action !== 'retry')
    .map(([value, label]) => ({ value, label }));
  const setPhase = (next: ValidationPhase) =>
    onChange({ phase: next, ...(next === 'before' && onFailure.action === 'retry' && { onFailure: FAIL }) });
  return (
    <>
      <Select
        label={words.phase}
        data={Object.entries(words.phases).map(([value, label]) => ({ value, label }))}
        value={phase}
        allowDeselect={false}
        onChange={(value) => setPhase((value ?? 'after') as ValidationPhase)}
      />
      <Select
        label={words.onFailure}
        data={actions}
        value={onFailure.action}
        allowDeselect={false}
        onChange={(value) => onChange({ onFailure: actionOf((value ?? 'fail') as OnFailure['action']) })}
      />
      {onFailure.action === 'retry' && (
        <NumberInput
          label={words.times}
          w={96}
          min={1}
          max={MOST_TIMES}
          allowDecimal={false}
          value={onFailure.times}
          onChange={(value) =>
            typeof value === 'number' && onChange({ onFailure: { action: 'retry', times: value } })
          }
        />
      )}
    </>
  );
}

function actionOf(action: OnFailure['action']): OnFailure {
  return action === 'retry' ? { action, times: 1 } : { action };
}

function Counts({ validation: { weight = 1, metric }, onChange }: Props) {
  return (
    <>
      <NumberInput
        label={words.weight}
        description={words.weightHint}
        w={128}
        min={0}
        step={1}
        value={weight}
        onChange={(value) => typeof value === 'number' && onChange({ weight: value })}
      />
      <TextInput
        label={words.metric}
        description={words.metricHint}
        value={metric ?? ''}
        onChange={(event) => onChange({ metric: event.currentTarget.value })}
      />
    </>
  );
}

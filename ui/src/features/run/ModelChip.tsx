import { CloseButton, Popover } from '@mantine/core';
import { useState } from 'react';
import { texts } from '../../app/texts';
import type { ModelChoice, Validation } from '../../bindings/types';
import { describeParameters } from '../parameter/parameters';
import { ParametersForm } from '../parameter/ParametersForm';
import classes from './run.module.css';

/** A chosen model: a click opens its parameters. */
export function ModelChip({
  choice,
  validations,
  onChange,
}: {
  choice: ModelChoice;
  validations: readonly Validation[];
  onChange: (next: ModelChoice | null) => void;
}) {
  const parameters = choice.parameters ?? {};
  const [owner] = useState(() => ({}));
  return (
    <span className={classes.model}>
      <Popover position="top-start" trapFocus middlewares={{ flip: true, shift: true, size: true }}>
        <Popover.Target>
          <button
            type="button"
            className={classes.modelName}
            aria-label={texts.runBar.parametersOf(choice.model)}
          >
            {choice.model} <small>{describeParameters(parameters)}</small>
          </button>
        </Popover.Target>
        <Popover.Dropdown className={classes.parameters ?? ''}>
          <ParametersForm
            parameters={parameters}
            validations={validations}
            owner={owner}
            onChange={(next) => onChange({ ...choice, parameters: next })}
          />
        </Popover.Dropdown>
      </Popover>
      <CloseButton size="xs" aria-label={texts.runBar.remove(choice.model)} onClick={() => onChange(null)} />
    </span>
  );
}

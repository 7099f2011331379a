import { CloseButton, Popover } from '@mantine/core';
import { texts } from '../../app/texts';
import type { ModelChoice } from '../../bindings/types';
import { describeParameters } from './parameters';
import { ParametersForm } from './ParametersForm';
import classes from './run.module.css';

/** A chosen model: a click opens its parameters. */
export function ModelChip({
  choice,
  onChange,
}: {
  choice: ModelChoice;
  onChange: (next: ModelChoice | null) => void;
}) {
  const parameters = choice.parameters ?? {};
  return (
    <span className={classes.model}>
      <Popover position="top-start" trapFocus>
        <Popover.Target>
          <button
            type="button"
            className={classes.modelName}
            aria-label={texts.runBar.parametersOf(choice.model)}
          >
            {choice.model} <small>{describeParameters(parameters)}</small>
          </button>
        </Popover.Target>
        <Popover.Dropdown>
          <ParametersForm
            parameters={parameters}
            onChange={(next) => onChange({ ...choice, parameters: next })}
          />
        </Popover.Dropdown>
      </Popover>
      <CloseButton size="xs" aria-label={texts.runBar.remove(choice.model)} onClick={() => onChange(null)} />
    </span>
  );
}

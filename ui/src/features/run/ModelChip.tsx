import { CloseButton, Popover, Tooltip } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { CSSProperties } from 'react';
import { texts } from '../../app/texts';
import type { Content, ModelChoice } from '../../bindings/types';
import { useOpening } from '../content/wanted';
import { describeParameters } from '../parameter/parameters';
import { ParametersForm } from '../parameter/ParametersForm';
import { parameterTexts } from '../parameter/texts';
import { type Fit, useFit } from '../parameter/useFit';
import { retirement } from '../provider/model';
import { providerTexts } from '../provider/texts';
import classes from './run.module.css';

interface Props {
  /** What keeps texts of it that are not valid, and its name there. */
  owner: object;
  name: string;
  choice: ModelChoice;
  /** What is run: its parameters stand below those of the model, and its schemas can be asked for. */
  content: Content;
  /** Whether its parameters are open. */
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  onChange: (next: ModelChoice | null) => void;
}

/** A chosen model: a click opens its parameters. What it will not take is marked before it is run. */
export function ModelChip({ owner, name, choice, content, isOpen, onOpen, onChange }: Props) {
  const { model, parameters = {} } = choice;
  const described = describeParameters(parameters);
  // What it is called, behind whose it is.
  const start = Math.max(model.indexOf(':'), model.lastIndexOf('/')) + 1;
  const length = model.length - start + (described === '' ? 0 : described.length + 1);
  useOpening(owner, `${name}.`, () => onOpen(true));
  const fit = useFit(choice, content);
  return (
    <span className={classes.model} style={{ '--name': length } as CSSProperties}>
      <Warning model={model} fit={fit} />
      <Popover
        opened={isOpen}
        onChange={onOpen}
        position="top-start"
        trapFocus
        middlewares={{ flip: true, shift: true, size: { padding: 8 } }}
      >
        <Popover.Target>
          <button
            type="button"
            className={classes.modelName}
            title={`${model} ${described}`.trim()}
            aria-label={`${texts.runBar.parametersOf(model)} ${described}`.trim()}
            onClick={() => onOpen(!isOpen)}
          >
            <span>{model.slice(0, start)}</span>
            <span>{model.slice(start)}</span>
            {described !== '' && <small> {described}</small>}
          </button>
        </Popover.Target>
        <Popover.Dropdown className={classes.parameters ?? ''}>
          <ParametersForm
            parameters={parameters}
            validations={content.validations}
            problems={fit.problems}
            owner={owner}
            within={name}
            onChange={(next) => onChange({ ...choice, parameters: next })}
          />
        </Popover.Dropdown>
      </Popover>
      <CloseButton size="xs" aria-label={texts.runBar.remove(model)} onClick={() => onChange(null)} />
    </span>
  );
}

/** That a run would be refused, or that the model has an end. */
function Warning({ model, fit: { problems, unavailable, retiresOn } }: { model: string; fit: Fit }) {
  const near = retirement(retiresOn);
  const words: string[] = [];
  if (unavailable !== null) words.push(`${model}: ${unavailable}`);
  else if (problems.length > 0) words.push(parameterTexts.misfits(model, problems.length));
  if (retiresOn !== null && (near === 'gone' || near === 'soon')) {
    words.push(`${model} ${providerTexts.retires[near](retiresOn)}`);
  }
  if (words.length === 0) return null;
  const label = words.join('; ');
  return (
    <Tooltip label={label}>
      <span className={classes.chipWarning} role="img" aria-label={label}>
        <IconAlertTriangle size={14} aria-hidden />
      </span>
    </Tooltip>
  );
}

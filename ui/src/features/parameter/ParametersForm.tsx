import { Autocomplete, NumberInput, UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { useId, useState } from 'react';
import type { Parameters, Validation } from '../../bindings/types';
import { useOpening } from '../content/wanted';
import { AdvancedParameters } from './AdvancedParameters';
import { advancedCount, changed } from './fields';
import { type FitProblem, FitProblems } from './FitProblems';
import classes from './ParametersForm.module.css';
import { parameterTexts as words } from './texts';

/** What most providers call the efforts; others can be typed. */
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high'];

/** Lists stay in the form: one that floats elsewhere would count as outside of it, and close it. */
export const INSIDE = { withinPortal: false };

/** What the form of a model's parameters is given. */
export interface ParametersProps {
  readonly parameters: Parameters;
  readonly onChange: (parameters: Parameters) => void;
  /** The rules of the prompt, whose schemas can be asked for. */
  readonly validations: readonly Validation[];
  /** What the model does not take of them. */
  readonly problems: readonly FitProblem[];
  /** Keeps texts that are not valid while the form is closed, by names that begin with that of the form. */
  readonly owner: object;
  readonly within: string;
}

/** The parameters of one model; what is empty is not sent. */
export function ParametersForm(props: ParametersProps) {
  const { parameters, onChange } = props;
  const count = advancedCount(parameters);
  const [isOpen, setOpen] = useState(count > 0);
  useOpening(props.owner, `${props.within}.`, () => setOpen(true));
  const id = useId();
  const set = (change: Partial<Parameters>) => onChange(changed(parameters, change));
  return (
    <div className={classes.form}>
      <FitProblems problems={props.problems} />
      <NumberField name="temperature" min={0} max={2} step={0.1} {...props} />
      <NumberField name="topP" min={0} max={1} step={0.05} {...props} />
      <NumberField name="maxTokens" min={1} max={10_000_000} step={100} {...props} />
      <Autocomplete
        label={words.labels.reasoningEffort}
        placeholder={words.effortHint}
        data={EFFORTS}
        comboboxProps={INSIDE}
        value={parameters.reasoningEffort ?? ''}
        onChange={(reasoningEffort) => set({ reasoningEffort })}
      />
      <UnstyledButton
        className={classes.fold ?? ''}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <IconChevronRight size={14} className={classes.chevron} aria-hidden />
        {words.advanced}
        {count > 0 && <span className={classes.quiet}>{words.set(count)}</span>}
      </UnstyledButton>
      <div id={id} className={classes.part} hidden={!isOpen}>
        {isOpen && <AdvancedParameters {...props} />}
      </div>
      <p className={classes.note}>{words.fromVersion}</p>
    </div>
  );
}

type NumberName =
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'maxTokens'
  | 'seed'
  | 'frequencyPenalty'
  | 'presencePenalty'
  | 'reasoningBudget';

/** One parameter that is a number. */
export function NumberField(
  props: ParametersProps & { name: NumberName; min?: number; max?: number; step?: number },
) {
  const { name, parameters, onChange, step = 1 } = props;
  return (
    <NumberInput
      label={words.labels[name]}
      min={props.min ?? Number.MIN_SAFE_INTEGER}
      max={props.max ?? Number.MAX_SAFE_INTEGER}
      step={step}
      allowDecimal={step < 1}
      value={parameters[name] ?? ''}
      onChange={(value) => onChange(changed(parameters, { [name]: value === '' ? null : Number(value) }))}
    />
  );
}

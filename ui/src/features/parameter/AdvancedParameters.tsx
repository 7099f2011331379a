import { Select, TagsInput } from '@mantine/core';
import type { Parameters } from '../../bindings/types';
import { JsonField } from '../content/JsonField';
import type { CheckJson } from '../content/useJsonText';
import { changed, choiceOf, choiceValue, isObject } from './fields';
import { FormatField } from './FormatField';
import { INSIDE, NumberField, type ParametersProps } from './ParametersForm';
import classes from './ParametersForm.module.css';
import { parameterTexts as words } from './texts';
import { ToolsField } from './ToolsField';

const { labels } = words;

const checkExtra: CheckJson = (value) => (value === undefined || isObject(value) ? null : words.extraProblem);

/** The parameters that few people set. */
export function AdvancedParameters(props: ParametersProps) {
  const { parameters, onChange, owner, within } = props;
  const set = (change: Partial<Parameters>) => onChange(changed(parameters, change));
  return (
    <>
      <NumberField name="topK" min={1} {...props} />
      <NumberField name="seed" {...props} />
      <NumberField name="frequencyPenalty" min={-2} max={2} step={0.1} {...props} />
      <NumberField name="presencePenalty" min={-2} max={2} step={0.1} {...props} />
      <NumberField name="reasoningBudget" min={0} step={1000} {...props} />
      <SummaryField {...props} />
      <TagsInput
        className={classes.wide ?? ''}
        label={labels.stop}
        value={parameters.stop ?? []}
        onChange={(stop) => set({ stop })}
      />
      <FormatField {...props} />
      <ToolsField {...props} />
      <ChoiceField {...props} />
      <div className={classes.wide}>
        <JsonField
          label={labels.extra}
          value={parameters.extra}
          check={checkExtra}
          owner={owner}
          name={`${within}.extra`}
          onChange={(extra) => set({ extra: extra as Record<string, unknown> })}
        />
      </div>
    </>
  );
}

function SummaryField({ parameters, onChange }: ParametersProps) {
  const value = parameters.reasoningSummary ?? null;
  return (
    <Select
      label={labels.reasoningSummary}
      placeholder={words.byProvider}
      clearable
      comboboxProps={INSIDE}
      data={[
        { value: 'true', label: words.summary.true },
        { value: 'false', label: words.summary.false },
      ]}
      value={value === null ? null : String(value)}
      onChange={(next) =>
        onChange(changed(parameters, { reasoningSummary: next === null ? null : next === 'true' }))
      }
    />
  );
}

/** Whether the model must ask for a tool; shown where there are tools to ask for. */
function ChoiceField({ parameters, onChange }: ParametersProps) {
  const { tools = [], toolChoice } = parameters;
  if (tools.length === 0 && !toolChoice) return null;
  const { auto, none, required, tool } = words.choice;
  return (
    <Select
      className={classes.wide ?? ''}
      label={labels.toolChoice}
      placeholder={words.byProvider}
      clearable
      comboboxProps={INSIDE}
      data={[
        { value: 'auto', label: auto },
        { value: 'none', label: none },
        { value: 'required', label: required },
        ...tools.map(({ name }) => ({ value: `tool ${name}`, label: tool(name) })),
      ]}
      value={choiceValue(toolChoice)}
      onChange={(value) => onChange(changed(parameters, { toolChoice: choiceOf(value) }))}
    />
  );
}

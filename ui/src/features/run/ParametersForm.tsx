import { NumberInput, SimpleGrid, TagsInput, Text, TextInput } from '@mantine/core';
import { texts } from '../../app/texts';
import type { Parameters } from '../../bindings/types';
import { JsonField } from './JsonField';

const NUMBERS = [
  { name: 'temperature', min: 0, max: 2, step: 0.1 },
  { name: 'topP', min: 0, max: 1, step: 0.05 },
  { name: 'maxTokens', min: 1, max: 10_000_000, step: 100 },
  { name: 'seed', min: undefined, max: undefined, step: 1 },
  { name: 'frequencyPenalty', min: -2, max: 2, step: 0.1 },
  { name: 'presencePenalty', min: -2, max: 2, step: 0.1 },
] as const;

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The parameters of one model; what is empty is not sent. */
export function ParametersForm({
  parameters,
  onChange,
}: {
  parameters: Parameters;
  onChange: (parameters: Parameters) => void;
}) {
  const set = (change: Partial<Parameters>) => {
    const entries = Object.entries({ ...parameters, ...change }).filter(
      ([, value]) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0),
    );
    onChange(Object.fromEntries(entries));
  };
  const labels = texts.runBar.parameters;
  return (
    <SimpleGrid cols={2} w={360} spacing="xs">
      {NUMBERS.map(({ name, min, max, step }) => (
        <NumberInput
          key={name}
          label={labels[name]}
          min={min ?? Number.MIN_SAFE_INTEGER}
          max={max ?? Number.MAX_SAFE_INTEGER}
          step={step}
          allowDecimal={step < 1}
          value={parameters[name] ?? ''}
          onChange={(value) => set({ [name]: value === '' ? null : Number(value) })}
        />
      ))}
      <TextInput
        label={labels.reasoningEffort}
        value={parameters.reasoningEffort ?? ''}
        onChange={(event) => set({ reasoningEffort: event.currentTarget.value })}
      />
      <TagsInput label={labels.stop} value={parameters.stop ?? []} onChange={(stop) => set({ stop })} />
      <JsonField
        label={labels.extra}
        value={parameters.extra ?? {}}
        isValid={isObject}
        problem={texts.runBar.extraProblem}
        onChange={(extra) => set({ extra: extra as Record<string, unknown> })}
      />
      <Text size="xs" c="dimmed" style={{ gridColumn: '1 / -1' }}>
        {texts.runBar.fromVersion}
      </Text>
    </SimpleGrid>
  );
}

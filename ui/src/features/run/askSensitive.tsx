import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { modals } from '@mantine/modals';
import { type SyntheticEvent, useState } from 'react';
import type { Variable } from '../../bindings/types';
import { runsTexts } from './runs.texts';
import { typedValue } from './sensitive';

/** Asks for the values of sensitive variables in a window; `null` where it is closed without them. */
export function askSensitive(variables: Variable[]): Promise<Record<string, unknown> | null> {
  return new Promise((resolve) => {
    const id = modals.open({
      title: runsTexts.sensitive.title,
      onClose: () => resolve(null),
      children: (
        <SensitiveForm
          variables={variables}
          onSubmit={(values) => {
            resolve(values);
            modals.close(id);
          }}
          onCancel={() => modals.close(id)}
        />
      ),
    });
  });
}

function SensitiveForm(props: {
  variables: Variable[];
  onSubmit: (values: Record<string, unknown>) => void;
  onCancel: () => void;
}) {
  const [entered, setEntered] = useState<Record<string, string>>({});
  const [problems, setProblems] = useState<Record<string, string>>({});
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const values: Record<string, unknown> = {};
    const found: Record<string, string> = {};
    for (const variable of props.variables) {
      const text = entered[variable.name] ?? '';
      try {
        if (text === '') found[variable.name] = runsTexts.sensitive.missing;
        else values[variable.name] = typedValue(variable, text);
      } catch {
        found[variable.name] = runsTexts.sensitive.notJson;
      }
    }
    setProblems(found);
    if (Object.keys(found).length === 0) props.onSubmit(values);
  };
  return (
    <form onSubmit={submit} autoComplete="off">
      <Stack>
        <span>{runsTexts.sensitive.text}</span>
        {props.variables.map((variable, at) => (
          <PasswordInput
            key={variable.name}
            size="xs"
            data-autofocus={at === 0 || undefined}
            autoComplete="off"
            label={variable.name}
            description={variable.description}
            error={problems[variable.name]}
            value={entered[variable.name] ?? ''}
            onChange={(event) => {
              const { value } = event.currentTarget;
              setEntered((known) => ({ ...known, [variable.name]: value }));
            }}
          />
        ))}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onCancel}>
            {runsTexts.sensitive.cancel}
          </Button>
          <Button type="submit">{runsTexts.sensitive.submit}</Button>
        </Group>
      </Stack>
    </form>
  );
}

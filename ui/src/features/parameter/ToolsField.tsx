import { Button } from '@mantine/core';
import type { ToolDefinition } from '../../bindings/types';
import { JsonField } from '../content/JsonField';
import { changed, exampleTools, toolsProblem } from './fields';
import type { ParametersProps } from './ParametersForm';
import classes from './ParametersForm.module.css';
import { parameterTexts as words } from './texts';

/** The tools that a model is told of. */
export function ToolsField({ parameters, onChange, owner, within }: ParametersProps) {
  const set = (tools: ToolDefinition[]) => onChange(changed(parameters, { tools }));
  const isEmpty = (parameters.tools ?? []).length === 0;
  return (
    <div className={classes.wide}>
      <JsonField
        label={words.labels.tools}
        hint={words.tools.hint}
        value={parameters.tools}
        check={toolsProblem}
        owner={owner}
        name={`${within}.tools`}
        maxHeight={240}
        onChange={(tools) => set((tools as ToolDefinition[] | undefined) ?? [])}
        action={
          isEmpty && (
            <Button variant="subtle" size="compact-xs" onClick={() => set(exampleTools)}>
              {words.tools.example}
            </Button>
          )
        }
      />
    </div>
  );
}

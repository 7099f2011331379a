import { Input, NumberInput, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { Variable } from '../../bindings/types';
import { JsonEditor } from '../content/JsonEditor';
import { type CheckJson, ownerOf, useJsonText } from '../content/useJsonText';
import type { Work } from '../prompt/useWork';
import { variableTexts } from './texts';
import { ValueField } from './ValueField';
import { hasLimits } from './variable';
import classes from './VariablesEditor.module.css';

const texts = variableTexts.editor;

interface PartProps {
  readonly work: Work;
  readonly variable: Variable;
  readonly onChange: (variable: Variable) => void;
}

/** All of a declaration but its name and type. */
export function VariableDetails(props: PartProps) {
  const { work, variable, onChange } = props;
  const { name, type } = variable;
  return (
    <div className={classes.details}>
      <Textarea
        className={classes.wide}
        label={texts.description}
        autosize
        minRows={1}
        maxRows={6}
        value={variable.description ?? ''}
        onChange={(event) => onChange({ ...variable, description: event.currentTarget.value })}
      />
      {type === 'enum' && (
        <TagsInput
          className={classes.wide}
          label={texts.options}
          description={texts.optionsHint}
          value={variable.options ?? []}
          onChange={(options) => onChange({ ...variable, options })}
        />
      )}
      {hasLimits(type) && <Limits type={type} variable={variable} onChange={onChange} />}
      {type === 'string' && (
        <TextInput
          className={classes.wide}
          classNames={{ input: classes.mono }}
          label={texts.pattern}
          description={texts.patternHint}
          spellCheck={false}
          value={variable.pattern ?? ''}
          onChange={(event) => onChange({ ...variable, pattern: event.currentTarget.value })}
        />
      )}
      {(type === 'array' || type === 'object') && <Schema {...props} type={type} />}
      <div className={classes.wide}>
        <ValueField
          key={type}
          owner={work.actions}
          path={`variables.${name}.default`}
          variable={{ ...variable, sensitive: false }}
          value={variable.default}
          onChange={(value) => onChange({ ...variable, default: value })}
          label={texts.default}
        />
      </div>
      <Switch
        className={classes.wide}
        label={texts.sensitive}
        checked={variable.sensitive ?? false}
        onChange={(event) => onChange({ ...variable, sensitive: event.currentTarget.checked })}
      />
    </div>
  );
}

function Limits({
  type,
  variable,
  onChange,
}: Omit<PartProps, 'work'> & { type: 'string' | 'number' | 'array' }) {
  const [least, most] = texts.limits[type];
  const lengths = type === 'number' ? {} : { min: 0, allowDecimal: false };
  const limit = (value: number | string) => (typeof value === 'number' ? value : null);
  return (
    <>
      <NumberInput
        {...lengths}
        label={least}
        value={variable.min ?? ''}
        onChange={(value) => onChange({ ...variable, min: limit(value) })}
      />
      <NumberInput
        {...lengths}
        label={most}
        value={variable.max ?? ''}
        onChange={(value) => onChange({ ...variable, max: limit(value) })}
      />
    </>
  );
}

const isSchema: CheckJson = (value) =>
  value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value))
    ? null
    : texts.mustBeObject;

function Schema({ work, variable, onChange, type }: PartProps & { type: 'array' | 'object' }) {
  const json = useJsonText({
    value: variable.schema ?? undefined,
    write: (schema) =>
      onChange({ ...variable, schema: (schema as Record<string, unknown> | undefined) ?? null }),
    owner: ownerOf(work),
    name: `variables.${variable.name}.schema`,
    check: isSchema,
  });
  return (
    <Input.Wrapper className={classes.wide} label={texts.schema[type]} labelElement="div">
      <JsonEditor json={json} ariaLabel={texts.schema[type]} minHeight={96} />
    </Input.Wrapper>
  );
}

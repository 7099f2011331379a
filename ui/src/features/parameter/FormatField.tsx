import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useId, useState } from 'react';
import type { ResponseFormat } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { JsonField } from '../content/JsonField';
import type { CheckJson } from '../content/useJsonText';
import { changed, firstFormat, formatOf, isObject, isPlainName, usableSchemas } from './fields';
import type { ParametersProps } from './ParametersForm';
import classes from './ParametersForm.module.css';
import { parameterTexts } from './texts';

const words = parameterTexts.format;
const KINDS = ['text', 'json', 'schema'] as const;
type Kind = (typeof KINDS)[number];
type Schema = Extract<ResponseFormat, { kind: 'schema' }>;

/** The shape that an answer shall have: free text, some JSON, or JSON of a schema. */
export function FormatField(props: ParametersProps) {
  const { parameters, onChange, validations } = props;
  const id = useId();
  const format = parameters.responseFormat ?? null;
  const set = (responseFormat: ResponseFormat | null) => onChange(changed(parameters, { responseFormat }));
  const choose = (kind: Kind) => {
    if (kind === (format?.kind ?? 'text')) return;
    set(kind === 'text' ? null : kind === 'json' ? { kind } : firstFormat(validations));
  };
  return (
    <div className={classes.wide}>
      <div id={id} className={classes.label}>
        {parameterTexts.labels.responseFormat}
      </div>
      <SegmentedControl
        fullWidth
        aria-labelledby={id}
        value={format?.kind ?? 'text'}
        onChange={(value) => choose(KINDS.find((kind) => kind === value) ?? 'text')}
        data={KINDS.map((value) => ({ value, label: words.kinds[value] }))}
      />
      {format?.kind === 'schema' && <SchemaFields {...props} format={format} onFormat={set} />}
    </div>
  );
}

const checkSchema: CheckJson = (value) => (isObject(value) ? null : words.mustBeObject);

function SchemaFields(props: ParametersProps & { format: Schema; onFormat: (format: Schema) => void }) {
  const { format, onFormat, owner, within } = props;
  const others = usableSchemas(props.validations).filter(
    ({ rule }) => JSON.stringify(rule.schema) !== JSON.stringify(format.schema),
  );
  return (
    <div className={classes.inner}>
      <NameField key={format.name} name={format.name} onChange={(name) => onFormat({ ...format, name })} />
      <JsonField
        label={words.schema}
        value={format.schema}
        check={checkSchema}
        owner={owner}
        name={`${within}.schema`}
        maxHeight={240}
        onChange={(schema) => onFormat({ ...format, schema: schema as Record<string, unknown> })}
      />
      {others.map((validation) => (
        <Button
          key={validation.name}
          variant="subtle"
          size="compact-xs"
          onClick={() => onFormat(formatOf(validation) as Schema)}
        >
          {words.use(validation.name)}
        </Button>
      ))}
    </div>
  );
}

/** A name that no provider would take stays in the field. */
function NameField({ name, onChange }: { name: string; onChange: (name: string) => void }) {
  const [text, setText] = useState(name);
  const isGood = isPlainName(text);
  return (
    <TextInput
      label={words.name}
      value={text}
      spellCheck={false}
      error={isGood ? null : <Marked text={words.badName} />}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => {
        if (isGood && text !== name) onChange(text);
      }}
    />
  );
}

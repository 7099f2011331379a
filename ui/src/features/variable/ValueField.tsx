import { Input, NumberInput, PasswordInput, Select, Switch, Textarea, UnstyledButton } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Variable } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { JsonEditor } from '../content/JsonEditor';
import { useJsonText } from '../content/useJsonText';
import { isLargeText } from './large';
import { LargeText } from './LargeText';
import { variableTexts } from './texts';
import classes from './ValueField.module.css';
import { asText } from './variable';

const texts = variableTexts.inputs;

/** What a control for the value of a variable is given. */
export interface ValueFieldProps {
  /** What stays the same while the work is on screen, and keeps texts that are no value yet. */
  readonly owner: object;
  /** What the value is, among all of the work. */
  readonly path: string;
  readonly variable: Variable;
  readonly value: unknown;
  /** Nothing means no value. */
  readonly onChange: (value: unknown) => void;
  readonly label: string;
  /** A word or two at the right of the label. */
  readonly note?: ReactNode;
  readonly description?: string;
  readonly error?: string;
  /** What holds where there is no value. */
  readonly fallback?: unknown;
}

/** The control that suits the type of a variable. */
export function ValueField(props: ValueFieldProps) {
  switch (props.variable.type) {
    case 'string':
      return <StringField {...props} />;
    case 'number':
      return <NumberField {...props} />;
    case 'boolean':
      return <BooleanField {...props} />;
    case 'enum':
      return <EnumField {...props} />;
    case 'array':
    case 'object':
      return <JsonField {...props} />;
  }
}

function wrapper({ label, note, description, error }: ValueFieldProps) {
  const labelled = (
    <>
      <span className={classes.name}>{label}</span>
      {note !== undefined && <span className={classes.note}>{note}</span>}
    </>
  );
  return {
    label: labelled,
    description: description === '' ? undefined : description,
    error: error !== undefined && <Marked text={error} />,
    inputWrapperOrder: ['label', 'input', 'description', 'error'] as (
      'label' | 'input' | 'description' | 'error'
    )[],
    classNames: { label: classes.label, description: classes.help, error: classes.help },
  };
}

function placeholder(fallback: unknown): string {
  return fallback === undefined || fallback === null ? '' : texts.default(asText(fallback));
}

function StringField(props: ValueFieldProps) {
  const text = asText(props.value);
  const [isLarge, setLarge] = useState(false);
  // Once large it stays so while it is on screen, or the control would change while somebody deletes in it.
  if (!isLarge && isLargeText(text)) setLarge(true);
  const shared = {
    ...wrapper(props),
    value: text,
    placeholder: placeholder(props.fallback),
    spellCheck: false,
    autoComplete: 'off',
  };
  const change = (next: string) => props.onChange(next === '' ? undefined : next);
  if (props.variable.sensitive) {
    return (
      <PasswordInput
        {...shared}
        size="xs"
        visibilityToggleButtonProps={{ 'aria-label': texts.showValue }}
        onChange={(event) => change(event.currentTarget.value)}
      />
    );
  }
  if (isLarge) {
    return (
      <Input.Wrapper {...wrapper(props)} labelElement="div">
        <LargeText name={props.label} text={text} onChange={change} isInvalid={props.error !== undefined} />
      </Input.Wrapper>
    );
  }
  return (
    <Textarea
      {...shared}
      autosize
      minRows={1}
      maxRows={12}
      data-lines={text.includes('\n') || undefined}
      classNames={{ ...shared.classNames, input: classes.textarea }}
      onChange={(event) => change(event.currentTarget.value)}
      onPaste={(event) => {
        const pasted = event.clipboardData.getData('text');
        if (!isLargeText(pasted)) return;
        // A plain field would need seconds to take it.
        event.preventDefault();
        const { selectionStart, selectionEnd } = event.currentTarget;
        change(text.slice(0, selectionStart) + pasted + text.slice(selectionEnd));
      }}
    />
  );
}

function NumberField(props: ValueFieldProps) {
  const value = typeof props.value === 'number' ? props.value : asText(props.value);
  // What is no number yet, such as a lone minus, is only known here, and is no value.
  const [typed, setTyped] = useState<{ text: string | number; of: unknown }>({ text: value, of: value });
  const shown = Object.is(typed.of, value) ? typed.text : value;
  const change = (next: string | number) => {
    const isNumber = next !== '' && Number.isFinite(Number(next));
    setTyped({ text: next, of: isNumber ? Number(next) : '' });
    props.onChange(isNumber ? Number(next) : undefined);
  };
  return (
    <NumberInput
      {...wrapper(props)}
      value={shown}
      placeholder={placeholder(props.fallback)}
      onChange={change}
      onBlur={() => setTyped({ text: value, of: value })}
    />
  );
}

function BooleanField(props: ValueFieldProps) {
  const { value, fallback } = props;
  const isSet = typeof value === 'boolean';
  const isOn = isSet ? value : fallback === true;
  const unset = typeof fallback === 'boolean' ? texts.byDefault(String(fallback)) : texts.notSet;
  return (
    <Input.Wrapper {...wrapper(props)} labelElement="div">
      <div className={classes.switch}>
        <Switch
          aria-label={props.label}
          checked={isOn}
          label={isSet ? String(value) : unset}
          onChange={(event) => props.onChange(event.currentTarget.checked)}
        />
        {isSet && (
          <UnstyledButton className={classes.clear} onClick={() => props.onChange(undefined)}>
            {texts.clear}
          </UnstyledButton>
        )}
      </div>
    </Input.Wrapper>
  );
}

function EnumField(props: ValueFieldProps) {
  const value = asText(props.value);
  const options = props.variable.options ?? [];
  const data = [...new Set(value === '' || options.includes(value) ? options : [...options, value])];
  return (
    <Select
      {...wrapper(props)}
      data={data}
      value={value === '' ? null : value}
      placeholder={placeholder(props.fallback)}
      searchable={data.length > 8}
      clearable={value !== '' && !props.variable.required}
      clearButtonProps={{ 'aria-label': texts.clear }}
      onChange={(next) => props.onChange(next ?? undefined)}
    />
  );
}

function JsonField(props: ValueFieldProps) {
  const json = useJsonText({
    value: props.value,
    write: props.onChange,
    owner: props.owner,
    name: props.path,
  });
  return (
    <Input.Wrapper {...wrapper(props)} labelElement="div">
      <JsonEditor
        json={json}
        ariaLabel={props.label}
        minHeight={72}
        maxHeight={240}
        placeholder={placeholder(props.fallback) || texts.notSet}
        isInvalid={props.error !== undefined}
      />
    </Input.Wrapper>
  );
}

import { SegmentedControl, Textarea } from '@mantine/core';
import { useState } from 'react';
import { JsonField } from '../content/JsonField';
import { contentTexts } from '../content/texts';
import { type CheckJson, isUnusable, keepText } from '../content/useJsonText';
import { DocText } from './DocText';
import { formOf, inForm, linesOf, type ValueForm } from './rules';
import { validationTexts } from './texts';
import classes from './validation.module.css';

const words = validationTexts.assertion;

const FORMS = Object.keys(words.forms) as ValueForm[];

const anyJson: CheckJson = () => null;
const objectOrNothing: CheckJson = (value) =>
  value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value))
    ? null
    : contentTexts.json.mustBeObject;

interface Props {
  readonly label: string;
  readonly hint: string;
  readonly value: unknown;
  /** The assertion that it belongs to, whose example says which form it has at first. */
  readonly type?: string;
  readonly example?: unknown;
  /** Whether it can only be a JSON object. */
  readonly isObject?: boolean;
  /** What keeps a text that is no JSON, and its name there. */
  readonly owner: object;
  readonly name: string;
  readonly isInvalid: boolean;
  readonly onChange: (value: unknown) => void;
}

/** A value as a text, as a list of texts, or as JSON. */
export function ValueField(props: Props) {
  const { label, value, type = '', owner, name, isObject = false, onChange } = props;
  const [form, setForm] = useState<ValueForm>(() =>
    isObject || isUnusable(owner, name, value) ? 'json' : formOf(value, type),
  );
  const choose = (next: ValueForm) => {
    keepText(owner, name, null);
    setForm(next);
    if (value !== undefined) onChange(inForm(value, next));
  };
  return (
    <div role="group" aria-label={label}>
      {!isObject && (
        <SegmentedControl
          size="xs"
          className={classes.forms}
          aria-label={words.valueAs}
          data={FORMS.map((id) => ({ value: id, label: words.forms[id] }))}
          value={form}
          onChange={choose}
        />
      )}
      {form === 'json' ? (
        <JsonField
          label={label}
          hint={props.hint}
          value={value}
          owner={owner}
          name={name}
          check={isObject ? objectOrNothing : anyJson}
          onChange={onChange}
        />
      ) : (
        <TextField key={form} {...props} isList={form === 'list'} />
      )}
    </div>
  );
}

/** A text, or several of them, one a line. Empty lines stay while they are typed, and count for nothing. */
function TextField({
  label,
  hint,
  value,
  example,
  isList,
  isInvalid,
  onChange,
}: Props & { isList: boolean }) {
  const text = inForm(value, 'text') as string;
  const [typed, setTyped] = useState(text);
  const isOther = isList ? linesOf(typed).join('\n') !== linesOf(text).join('\n') : typed !== text;
  if (isOther) setTyped(text);
  return (
    <Textarea
      label={label}
      description={
        <>
          <DocText text={hint} /> {isList && words.onePerLine}
        </>
      }
      placeholder={inForm(example, 'text') as string}
      autosize
      minRows={1}
      maxRows={12}
      error={isInvalid}
      value={typed}
      onChange={({ currentTarget: { value: next } }) => {
        setTyped(next);
        onChange(isList ? linesOf(next) : next);
      }}
    />
  );
}

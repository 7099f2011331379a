import { Textarea } from '@mantine/core';
import { useState } from 'react';

/** A field for JSON: what is not valid stays in the field, and is not passed on. */
export function JsonField(props: {
  label: string;
  value: unknown;
  isValid: (value: unknown) => boolean;
  problem: string;
  onChange: (value: unknown) => void;
}) {
  const [text, setText] = useState(() => {
    const json = JSON.stringify(props.value, null, 2);
    return json === '{}' || json === '[]' ? '' : json;
  });
  const [isWrong, setIsWrong] = useState(false);
  const take = (next: string) => {
    setText(next);
    try {
      const value: unknown = next.trim() === '' ? (Array.isArray(props.value) ? [] : {}) : JSON.parse(next);
      setIsWrong(!props.isValid(value));
      if (props.isValid(value)) props.onChange(value);
    } catch {
      setIsWrong(true);
    }
  };
  return (
    <Textarea
      label={props.label}
      autosize
      minRows={2}
      maxRows={8}
      spellCheck={false}
      styles={{ root: { gridColumn: '1 / -1' }, input: { fontFamily: 'var(--font-mono)' } }}
      value={text}
      error={isWrong ? props.problem : null}
      onChange={(event) => take(event.currentTarget.value)}
    />
  );
}

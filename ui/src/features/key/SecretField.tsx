import { TextInput } from '@mantine/core';
import type { ReactNode, Ref } from 'react';
import { explainedBelow } from '../../lib/below';

/**
 * A field that takes a secret and gives none. What is typed lives in the field alone, never in the state of the
 * page; whoever sends it empties the field.
 */
export function SecretField({
  ref,
  label,
  description,
  error = null,
  onInput,
  isFirst = false,
}: {
  ref: Ref<HTMLInputElement>;
  label: string;
  description?: string;
  error?: ReactNode;
  onInput?: () => void;
  isFirst?: boolean;
}) {
  return (
    <TextInput
      ref={ref}
      type="password"
      label={label}
      description={description}
      error={error}
      inputWrapperOrder={explainedBelow}
      onInput={() => onInput?.()}
      data-autofocus={isFirst || undefined}
      // Nothing is filled in by a browser, and nothing offered to be kept by it.
      autoComplete="new-password"
      spellCheck={false}
    />
  );
}

/** Takes a secret out of its field, which is empty then. */
export function takeSecret(field: HTMLInputElement | null): string {
  if (field === null) return '';
  const { value } = field;
  field.value = '';
  return value;
}

import { CloseButton } from '@mantine/core';
import { useState } from 'react';
import { ModelPicker } from '../run/ModelPicker';
import { validationTexts } from './texts';
import classes from './validation.module.css';

const words = validationTexts.assertion;

/** A model that can be chosen, and left out again. */
export function ModelField(props: {
  readonly label: string;
  readonly hint: string;
  readonly model: string | null;
  readonly onChange: (model: string | null) => void;
}) {
  const { label, hint, model, onChange } = props;
  return (
    <div role="group" aria-label={label}>
      <div className={classes.label}>{label}</div>
      <div className={classes.quiet}>{hint}</div>
      <ModelChoice model={model} onChange={onChange} />
    </div>
  );
}

/** The model that is chosen, and the list to choose from. */
export function ModelChoice({
  model,
  onChange,
}: {
  model: string | null;
  onChange: (model: string | null) => void;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className={classes.model}>
      {model !== null && (
        <span className={classes.chosen}>
          <code>{model}</code>
          <CloseButton size="xs" aria-label={words.noModel(model)} onClick={() => onChange(null)} />
        </span>
      )}
      <ModelPicker
        label={model === null ? words.chooseModel : words.otherModel}
        without={model === null ? [] : [model]}
        isOpen={isOpen}
        onOpen={setOpen}
        onPick={onChange}
      />
    </div>
  );
}

import type { ReactNode } from 'react';
import { Marked } from '../../components/Notice';
import { JsonEditor } from './JsonEditor';
import classes from './JsonEditor.module.css';
import { type CheckJson, useJsonText } from './useJsonText';

/** A labelled field for JSON. What is not valid stays in the field, and is not passed on. */
export function JsonField(props: {
  readonly label: string;
  readonly value: unknown;
  /** Called with what is valid; with nothing where the field is emptied. */
  readonly onChange: (value: unknown) => void;
  readonly check: CheckJson;
  /** What the field belongs to, which keeps a text that is not valid while the field is closed, and its name there. */
  readonly owner: object;
  readonly name: string;
  readonly hint?: string;
  readonly maxHeight?: number;
  /** Beside the label. */
  readonly action?: ReactNode;
}) {
  const { label, hint, action } = props;
  const json = useJsonText({
    value: props.value,
    write: props.onChange,
    owner: props.owner,
    name: props.name,
    check: props.check,
  });
  return (
    <div className={classes.field}>
      <div className={classes.label}>
        <span>
          <Marked text={label} />
        </span>
        {action}
      </div>
      {hint !== undefined && (
        <div className={classes.hint}>
          <Marked text={hint} />
        </div>
      )}
      <JsonEditor
        json={json}
        ariaLabel={label.replaceAll('`', '')}
        minHeight={56}
        maxHeight={props.maxHeight ?? 200}
      />
    </div>
  );
}

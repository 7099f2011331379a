import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { memo, useCallback, useRef } from 'react';
import type { Variable } from '../../bindings/types';
import { useArrival } from '../content/wanted';
import type { WorkActions } from '../prompt/desk';
import { declared } from './declare';
import classes from './InputsForm.module.css';
import { variableTexts as texts } from './texts';
import { ValueField } from './ValueField';
import { withInput } from './variable';

/** The input of one variable, declared or only used. What is typed elsewhere does not draw it again. */
export const InputField = memo(function InputField(props: {
  readonly name: string;
  /** Its declaration; none where it is only used. */
  readonly variable: Variable | null;
  /** Its declaration by a partial that uses it, where there is no other. */
  readonly lent: Variable | null;
  readonly isUnused: boolean;
  readonly value: unknown;
  readonly error: string;
  readonly actions: WorkActions;
}) {
  const { name, variable, lent, actions } = props;
  const declaration = variable ?? lent;
  const element = useRef<HTMLDivElement>(null);
  useArrival(actions, `inputs.${name}`, element);
  const change = useCallback(
    (value: unknown) => actions.setInputs((now) => withInput(now, name, value)),
    [actions, name],
  );
  const note = noteOf(variable, lent);
  const unused = props.isUnused ? `, ${texts.editor.unused}` : '';
  return (
    <div ref={element} className={classes.field}>
      {lent?.sensitive ? (
        // Only what is declared here is known to be masked wherever it is kept.
        <p className={classes.quiet}>
          {name} <small>{note}</small>
        </p>
      ) : (
        <ValueField
          owner={actions}
          path={`inputs.${name}`}
          variable={declaration ?? { name, type: 'string', required: false }}
          value={props.value}
          onChange={change}
          label={name}
          note={`${note}${unused}`}
          description={declaration?.description ?? ''}
          fallback={declaration?.default}
          {...(props.error !== '' && { error: props.error })}
        />
      )}
      {variable === null && (
        <Button
          className={classes.declare}
          variant="subtle"
          size="compact-xs"
          leftSection={<IconPlus size={12} aria-hidden />}
          onClick={() => actions.setContent((now) => declared(now, name, lent === null ? [] : [lent]))}
        >
          {texts.editor.declare(name)}
        </Button>
      )}
    </div>
  );
});

function noteOf(variable: Variable | null, lent: Variable | null): string {
  const declaration = variable ?? lent;
  if (declaration === null) return texts.undeclared;
  const note = texts.note(texts.types[declaration.type], declaration.required);
  if (lent === null) return note;
  return lent.sensitive ? texts.lentSensitive(note) : texts.lent(note);
}

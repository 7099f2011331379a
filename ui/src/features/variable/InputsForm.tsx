import { Button, SegmentedControl } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { Problem, Variable } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { lentVariables, useChecked, usedVariables } from '../content/checked';
import { JsonEditor } from '../content/JsonEditor';
import { contentTexts } from '../content/texts';
import { type JsonText, ownerOf, useJsonText } from '../content/useJsonText';
import type { Work } from '../prompt/useWork';
import { InputField } from './InputField';
import classes from './InputsForm.module.css';
import { variableTexts } from './texts';
import { openInputs, problemsOf } from './variable';

const texts = variableTexts.inputs;
const NO_VARIABLES: readonly Variable[] = [];

export type View = 'form' | 'json';

/** Chooses between the form and JSON. */
export function ViewSwitch({ view, onChange }: { view: View; onChange: (view: View) => void }) {
  return (
    <SegmentedControl
      aria-label={texts.view}
      value={view}
      onChange={(next) => onChange(next)}
      data={[
        { value: 'form', label: texts.form },
        { value: 'json', label: texts.json },
      ]}
    />
  );
}

/** The inputs of a prompt, as a form or as JSON. */
export function InputsForm(props: {
  readonly work: Work;
  readonly problems: Problem[];
  readonly view: View;
}) {
  const { work, problems, view } = props;
  const json = useInputsJson(work);
  const hasSensitive = work.content.variables.some(({ sensitive }) => sensitive);
  return (
    <div className={classes.inputs}>
      {view === 'form' && !json.parsed.ok && (
        <span className={classes.pending} role="status">
          <IconAlertTriangle size={14} aria-hidden /> {texts.pending}
          <Button variant="subtle" color="gray" size="compact-xs" onClick={json.discard}>
            {contentTexts.json.discard}
          </Button>
        </span>
      )}
      {view === 'form' ? (
        <Fields work={work} problems={problems} />
      ) : (
        <>
          <JsonEditor json={json} ariaLabel={texts.all} minHeight={160} maxHeight={640} />
          {hasSensitive && <p className={classes.quiet}>{texts.sensitiveNote}</p>}
          <Problems problems={problems.filter(({ at }) => at.path.startsWith('inputs'))} />
        </>
      )}
    </div>
  );
}

function Fields({ work, problems }: { readonly work: Work; readonly problems: Problem[] }) {
  const { content, inputs, actions } = work;
  const used = useChecked(work.checked, usedVariables) ?? [];
  const lent = useChecked(work.checked, lentVariables) ?? NO_VARIABLES;
  const declared = content.variables.map(({ name }) => name);
  const others = used.filter((name) => !declared.includes(name));
  if (declared.length + others.length === 0) return <p className={classes.quiet}>{texts.none}</p>;
  const shared = (name: string) => ({
    name,
    value: inputs[name],
    error: problemsOf(problems, name)
      .map(({ message, hint }) => (hint ? `${message}. ${hint}` : message))
      .join('\n'),
    actions,
  });
  return (
    <div className={classes.fields}>
      {content.variables.map((variable) => (
        <InputField
          key={`${variable.name}.${variable.type}`}
          {...shared(variable.name)}
          variable={variable}
          lent={null}
          isUnused={!used.includes(variable.name)}
        />
      ))}
      {others.map((name) => (
        <InputField
          key={name}
          {...shared(name)}
          variable={null}
          lent={lent.find((variable) => variable.name === name) ?? null}
          isUnused={false}
        />
      ))}
    </div>
  );
}

/** All inputs as one JSON object, but for the sensitive ones. */
function useInputsJson(work: Work): JsonText {
  const { content, inputs } = work;
  const secret = useMemo(
    () => content.variables.filter(({ sensitive }) => sensitive).map(({ name }) => name),
    [content.variables],
  );
  const value = useMemo(() => openInputs(content.variables, inputs), [content.variables, inputs]);
  const check = useMemo(() => checkInputs(secret), [secret]);
  const write = (next: unknown) =>
    work.setInputs((now) => {
      const kept = Object.entries(now).filter(([name]) => secret.includes(name));
      return { ...(next as Record<string, unknown>), ...Object.fromEntries(kept) };
    });
  return useJsonText({ value, write, owner: ownerOf(work), name: 'inputs', check });
}

function checkInputs(secret: readonly string[]) {
  return (value: unknown): string | null => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return texts.mustBeObject;
    const named = secret.find((name) => name in value);
    return named === undefined ? null : texts.sensitive(named);
  };
}

function Problems({ problems }: { problems: Problem[] }) {
  if (problems.length === 0) return null;
  return (
    <ul className={classes.problems}>
      {problems.map(({ message, hint }, index) => (
        <li key={index}>
          <Marked text={hint ? `${message}. ${hint}` : message} />
        </li>
      ))}
    </ul>
  );
}

import { ActionIcon, Button, TextInput, Tooltip } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { Validation } from '../../bindings/types';
import { notifyUndo } from '../../lib/notify';
import type { Work } from '../prompt/useWork';
import { inserted, replaced, without } from './body';
import { JsonEditor } from './JsonEditor';
import { contentTexts } from './texts';
import { type CheckJson, ownerOf, useJsonText } from './useJsonText';
import { useKeys } from './useKeys';
import classes from './ValidationsEditor.module.css';

const texts = contentTexts.validations;

const FIRST_SCHEMA = { type: 'object', properties: {}, required: [] };

// A schema may be `true` or `false` as well, but nobody means that here.
const isObject: CheckJson = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? null
    : contentTexts.json.mustBeObject;

/** The rules that answers are checked against. */
export function ValidationsEditor({ work }: { work: Work }) {
  const { validations } = work.content;
  const keys = useKeys(validations.length);
  const change = (next: (validations: Validation[]) => Validation[]) =>
    work.setContent((now) => ({ ...now, validations: next(now.validations) }));
  const insert = (at: number, validation: Validation) => {
    change((now) => inserted(now, at, validation));
    keys.changes.insert(at);
  };
  const remove = (at: number, validation: Validation) => {
    change((now) => without(now, at));
    keys.changes.remove(at);
    notifyUndo(texts.removed(validation.name), () => {
      insert(at, validation);
      return Promise.resolve();
    });
  };
  const add = () => {
    const name = freeName(validations.map((validation) => validation.name));
    insert(validations.length, { name, rule: { kind: 'schema', schema: FIRST_SCHEMA } });
  };
  return (
    <div className={classes.editor}>
      <p className={classes.intro}>{validations.length === 0 ? texts.empty : texts.intro}</p>
      {validations.map((validation, at) => (
        <ValidationCard
          key={keys.keys[at]}
          work={work}
          validation={validation}
          taken={without(validations, at).map((other) => other.name)}
          onChange={(next) => change((now) => replaced(now, at, next))}
          onRemove={() => remove(at, validation)}
        />
      ))}
      <div>
        <Button variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>
          {texts.add}
        </Button>
      </div>
    </div>
  );
}

function ValidationCard(props: {
  readonly work: Work;
  readonly validation: Validation;
  readonly taken: readonly string[];
  readonly onChange: (validation: Validation) => void;
  readonly onRemove: () => void;
}) {
  const { validation, taken, onChange } = props;
  const [name, setName] = useState(validation.name);
  const [seen, setSeen] = useState(validation.name);
  if (validation.name !== seen) {
    setSeen(validation.name);
    setName(validation.name);
  }
  const { rule } = validation;
  const json = useJsonText({
    value: rule.kind === 'schema' ? rule.schema : {},
    write: (schema) => onChange({ ...validation, rule: { kind: 'schema', schema } }),
    owner: ownerOf(props.work),
    name: `validations.${validation.name}`,
    check: isObject,
  });
  const problem = name.trim() === '' ? texts.needsName : taken.includes(name.trim()) ? texts.sameName : null;
  const rename = (next: string) => {
    setName(next);
    const wanted = next.trim();
    if (wanted === '' || taken.includes(wanted)) return;
    setSeen(wanted);
    onChange({ ...validation, name: wanted });
  };
  return (
    <section className={classes.card} aria-label={validation.name}>
      <div className={classes.header}>
        <TextInput
          className={classes.name}
          aria-label={texts.name}
          value={name}
          onChange={(event) => rename(event.currentTarget.value)}
          error={problem}
        />
        <span className={classes.kind}>{texts.schema}</span>
        <span className="spacer" />
        <Tooltip label={texts.remove(validation.name)}>
          <ActionIcon aria-label={texts.remove(validation.name)} onClick={props.onRemove}>
            <IconTrash size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
      <JsonEditor
        json={json}
        ariaLabel={`${texts.schema}: ${validation.name}`}
        minHeight={120}
        maxHeight={480}
      />
    </section>
  );
}

function freeName(taken: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? 'schema' : `schema-${number}`;
    if (!taken.includes(name)) return name;
  }
}

import { Button, CloseButton, Textarea, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { Case, Variable } from '../../bindings/types';
import { count } from '../../lib/format';
import { notifyUndo } from '../../lib/notify';
import { inserted, replaced, without } from '../content/body';
import { useKeys } from '../content/useKeys';
import {
  emptyCase,
  shownValue,
  strayInputs,
  typedExpected,
  typedInput,
  typedTags,
  variablesOf,
  withExpected,
  withValue,
} from './cases';
import type { SuiteDesk } from './keepers';
import { suiteTexts } from './texts';
import { useVariables } from './useVariables';
import classes from './suite.module.css';

const words = suiteTexts.cases;

/** How many cases are shown at first, and how many more at a time. */
const SHOWN = 50;

const NONE: Case[] = [];

/** The cases that stand in a suite itself, as a table of fields. */
export function CaseTable({ desk }: { desk: SuiteDesk }) {
  const cases = desk.work.spec.cases ?? NONE;
  const asked = useVariables(desk.work.spec.prompts);
  const stray = strayInputs(cases, asked).map((name): Variable => ({
    name,
    type: 'string',
    required: false,
  }));
  const variables = variablesOf([asked, stray]);
  const keys = useKeys(cases.length);
  const [shown, setShown] = useState(SHOWN);
  const change = (next: (now: Case[]) => Case[]) =>
    desk.change((spec) => ({ ...spec, cases: next(spec.cases ?? []) }));
  const insert = (at: number, own: Case) => {
    change((now) => inserted(now, at, own));
    keys.changes.insert(at);
  };
  const remove = (at: number, own: Case) => {
    change((now) => without(now, at));
    keys.changes.remove(at);
    notifyUndo(words.removed(at + 1), () => {
      insert(at, own);
      return Promise.resolve();
    });
  };
  const add = () => {
    setShown((now) => Math.max(now, cases.length + 1));
    insert(cases.length, emptyCase);
  };
  return (
    <>
      {cases.length === 0 ? (
        <p>{words.none}</p>
      ) : (
        <div className={classes.cases}>
          <table aria-label={words.table}>
            <thead>
              <tr>
                <th scope="col">{words.number}</th>
                {variables.map(({ name }) => (
                  <th key={name} scope="col" className="mono">
                    {name}
                  </th>
                ))}
                <th scope="col">{words.expected}</th>
                <th scope="col">{words.name}</th>
                <th scope="col">{words.tags}</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {cases.slice(0, shown).map((own, at) => (
                <CaseRow
                  key={keys.keys[at]}
                  own={own}
                  number={at + 1}
                  variables={variables}
                  onChange={(next) => change((now) => replaced(now, at, next(now[at] ?? own)))}
                  onRemove={() => remove(at, own)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className={classes.models}>
        <Button variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>
          {words.add}
        </Button>
        {cases.length > shown && (
          <Button variant="subtle" onClick={() => setShown((now) => now + SHOWN)}>
            {words.more(count(Math.min(SHOWN, cases.length - shown)))}
          </Button>
        )}
      </div>
    </>
  );
}

function CaseRow(props: {
  own: Case;
  number: number;
  variables: readonly Variable[];
  onChange: (change: (own: Case) => Case) => void;
  onRemove: () => void;
}) {
  const { own, number, variables, onChange } = props;
  return (
    <tr>
      <td className="num">{number}</td>
      {variables.map(({ name, type, sensitive }) => (
        <td key={name}>
          {sensitive === true ? (
            <span className={classes.quiet}>{words.sensitive}</span>
          ) : (
            <Field
              label={words.input(name, number)}
              value={shownValue(own.inputs[name])}
              onChange={(text) => onChange((now) => withValue(now, name, typedInput(type, text)))}
            />
          )}
        </td>
      ))}
      <td>
        <Field
          label={words.cell(words.expected, number)}
          value={shownValue(own.expected)}
          onChange={(text) => onChange((now) => withExpected(now, typedExpected(text)))}
        />
      </td>
      <td>
        <TextInput
          aria-label={words.cell(words.name, number)}
          value={own.name ?? ''}
          onChange={({ currentTarget: { value: name } }) => onChange((now) => ({ ...now, name }))}
        />
      </td>
      <td>
        <Tags own={own} number={number} onChange={onChange} />
      </td>
      <td>
        <CloseButton size="sm" aria-label={words.remove(number)} onClick={props.onRemove} />
      </td>
    </tr>
  );
}

/** A field that keeps what was typed in it while that is another way to write its value. */
function Field(props: { label: string; value: string; onChange: (text: string) => void }) {
  const { label, value, onChange } = props;
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  if (value !== seen) {
    setSeen(value);
    if (shownValue(typedExpected(text)) !== value && text !== value) setText(value);
  }
  return (
    <Textarea
      aria-label={label}
      autosize
      minRows={1}
      maxRows={4}
      spellCheck={false}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(event.currentTarget.value);
      }}
    />
  );
}

function Tags({ own, number, onChange }: Pick<Parameters<typeof CaseRow>[0], 'own' | 'number' | 'onChange'>) {
  const value = (own.tags ?? []).join(', ');
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  if (value !== seen) {
    setSeen(value);
    if (typedTags(text).join(', ') !== value) setText(value);
  }
  return (
    <TextInput
      aria-label={words.cell(words.tags, number)}
      placeholder={words.tagsHint}
      value={text}
      onChange={({ currentTarget: { value: typed } }) => {
        setText(typed);
        onChange((now) => ({ ...now, tags: typedTags(typed) }));
      }}
    />
  );
}

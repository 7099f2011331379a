import { CloseButton, Select } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { SuitePrompt } from '../../bindings/types';
import { notifyUndo } from '../../lib/notify';
import { inserted, replaced, without } from '../content/body';
import { promptQuery, promptsQuery } from '../prompt/queries';
import { refsQuery, versionsQuery } from '../version/queries';
import type { SuiteDesk } from './keepers';
import { suiteTexts } from './texts';
import classes from './suite.module.css';

const words = suiteTexts.prompts;

/** The newest version, which has no name of its own, among those that can be chosen. */
const HEAD = '';

/** The prompts of a suite, each with the version that is run. */
export function SuitePrompts({ desk }: { desk: SuiteDesk }) {
  const { prompts } = desk.work.spec;
  const all = useQuery(promptsQuery({}));
  const change = (next: (now: SuitePrompt[]) => SuitePrompt[]) =>
    desk.change((spec) => ({ ...spec, prompts: next(spec.prompts) }));
  const names = useQueries({ queries: prompts.map(({ promptId }) => promptQuery(promptId)) }).map(
    ({ data, isError }) => data?.prompt.name ?? (isError ? words.gone : ''),
  );
  const remove = (at: number, prompt: SuitePrompt, name: string) => {
    change((now) => without(now, at));
    notifyUndo(words.removed(name), () => {
      change((now) => inserted(now, at, prompt));
      return Promise.resolve();
    });
  };
  return (
    <>
      {prompts.length === 0 && <p>{words.none}</p>}
      <ul className={classes.chosen}>
        {prompts.map((prompt, at) => {
          const name = names[at] ?? '';
          return (
            <li key={`${prompt.promptId} ${at}`}>
              <Link to="/prompts/$id" params={{ id: prompt.promptId }} className={classes.promptName}>
                {name}
              </Link>
              <VersionSelect
                prompt={prompt}
                name={name}
                onChange={(version) => change((now) => replaced(now, at, { ...prompt, version }))}
              />
              <CloseButton
                size="sm"
                aria-label={words.remove(name)}
                onClick={() => remove(at, prompt, name)}
              />
            </li>
          );
        })}
      </ul>
      <Select
        className={classes.add ?? ''}
        aria-label={words.add}
        placeholder={words.add}
        searchable
        value={null}
        limit={100}
        data={(all.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(promptId) => {
          if (promptId !== null) change((now) => [...now, { promptId }]);
        }}
      />
    </>
  );
}

function VersionSelect(props: {
  prompt: SuitePrompt;
  name: string;
  onChange: (version: string | null) => void;
}) {
  const { prompt, name, onChange } = props;
  const refs = useQuery(refsQuery(prompt.promptId)).data?.items ?? [];
  const versions = useInfiniteQuery(versionsQuery(prompt.promptId)).data?.pages.flatMap(({ items }) => items);
  const named = (wanted: 'branch' | 'label') =>
    refs.filter(({ kind }) => kind === wanted).map(({ name }) => name);
  const numbers = (versions ?? []).flatMap(({ number }) => (number === null ? [] : [`v${number}`]));
  const value = prompt.version ?? HEAD;
  const groups = [
    { group: words.labels, items: named('label') },
    { group: words.branches, items: named('branch') },
    { group: words.versions, items: numbers },
  ];
  const isKnown = value === HEAD || groups.some(({ items }) => items.includes(value));
  return (
    <Select
      className={classes.version ?? ''}
      aria-label={words.version(name)}
      searchable
      allowDeselect={false}
      limit={200}
      value={value}
      data={[
        { value: HEAD, label: words.head },
        ...(isKnown ? [] : [{ value, label: value }]),
        ...groups.filter(({ items }) => items.length > 0),
      ]}
      onChange={(version) => onChange(version === null || version === HEAD ? null : version)}
    />
  );
}

import { ActionIcon } from '@mantine/core';
import { IconCheck, IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { type ReactNode, useMemo, useState } from 'react';
import type { Conflict, Content, ContentChange } from '../../../bindings/types';
import { Changes } from '../Comparison';
import { ConflictCard, type Names } from './ConflictCard';
import classes from './Merge.module.css';
import { type Choice, resolve } from './resolve';
import { Result } from './Result';
import { mergeTexts as texts } from './texts';

interface Props<T extends Content> {
  /** What the merge holds; the conflicts point into it. */
  readonly content: T;
  readonly conflicts: readonly Conflict[];
  /** What the merge changes in what is merged into. */
  readonly changes: ContentChange[];
  readonly names: Names;
  /** Why there is nothing to merge, where that is so. */
  readonly told: string | null;
  /** What ends it, given the result and whether all of it is settled. */
  readonly foot: (result: T, isSettled: boolean) => ReactNode;
}

/** A merge whose conflicts are settled one by one, with what comes of it. */
export function MergeEditor<T extends Content>(props: Props<T>) {
  const { content, conflicts, changes, names, told, foot } = props;
  const [choices, setChoices] = useState<(Choice | null)[]>(() => conflicts.map(() => null));
  const [at, setAt] = useState(0);
  const result = useMemo(() => resolve(content, conflicts, choices), [content, conflicts, choices]);
  const open = choices.filter((choice) => choice === null).length;
  const choose = (choice: Choice | null) =>
    setChoices((all) => all.map((one, place) => (place === at ? choice : one)));
  const conflict = conflicts[at];
  return (
    <div className={classes.merge}>
      {told !== null && <p className={classes.told}>{told}</p>}
      {told === null && conflicts.length === 0 && (
        <p className={classes.told}>
          <IconCheck size={14} aria-hidden /> {texts.clean}
        </p>
      )}
      {conflict !== undefined && (
        <div className={classes.conflicts}>
          <div className={classes.steps} role="group" aria-label={texts.conflicts}>
            <ActionIcon aria-label={texts.previous} disabled={at === 0} onClick={() => setAt(at - 1)}>
              <IconChevronLeft size={16} aria-hidden />
            </ActionIcon>
            <span className="num">{texts.step(at + 1, conflicts.length)}</span>
            <ActionIcon
              aria-label={texts.next}
              disabled={at === conflicts.length - 1}
              onClick={() => setAt(at + 1)}
            >
              <IconChevronRight size={16} aria-hidden />
            </ActionIcon>
            <span role="status">{texts.open(open)}</span>
          </div>
          <ConflictCard
            key={at}
            conflict={conflict}
            content={content}
            names={names}
            choice={choices[at] ?? null}
            onChoose={choose}
          />
        </div>
      )}
      <Changes changes={changes} />
      <Result content={result} />
      <div className={classes.foot}>{foot(result, open === 0)}</div>
    </div>
  );
}

import { NativeSelect } from '@mantine/core';
import type { ImportPreview, ImportState, Problem, TakenNames } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { StateChip } from './StateChip';
import { transferTexts as words } from './texts';
import classes from './transfer.module.css';

interface Props {
  readonly preview: ImportPreview;
  readonly taken: TakenNames;
  readonly onTaken: (taken: TakenNames) => void;
}

const CHOICES = Object.entries(words.takenNames).map(([value, label]) => ({ value, label }));

/** The datasets and suites in the files, and what becomes of those whose names are taken. */
export function FoundOthers({ preview, taken, onTaken }: Props) {
  const { datasets, suites } = preview;
  const others = [
    ...datasets.map((it) => ({ ...it, held: words.dataset(it.versions, it.cases) })),
    ...suites.map((it) => ({ ...it, held: words.suite(it.prompts) })),
  ];
  if (others.length === 0) return null;
  return (
    <section aria-label={words.others}>
      <h3>{words.others}</h3>
      {others.some(({ state }) => state === 'taken') && (
        <NativeSelect
          label={words.taken}
          data={CHOICES}
          value={taken}
          onChange={(event) => onTaken(event.currentTarget.value as TakenNames)}
        />
      )}
      <ul className={classes.rows}>
        {others.map((it) => (
          <Row key={it.held + it.name} {...it} />
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  readonly name: string;
  readonly held: string;
  readonly state: ImportState;
  readonly problem: Problem | null;
}

function Row({ name, held, state, problem }: RowProps) {
  return (
    <li className={classes.other}>
      <b>{name}</b> {held} <StateChip state={state} cannot={problem !== null} />
      {problem !== null && (
        <p className={classes.problem}>
          <Marked text={problem.message} />
        </p>
      )}
    </li>
  );
}

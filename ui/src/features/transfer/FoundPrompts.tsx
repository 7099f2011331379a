import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ImportAction, ImportItem, ImportPreview, Note, TakenNames } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { Marked } from '../../components/Notice';
import { count } from '../../lib/format';
import { actionsOf, type Choice, isFit } from './choices';
import { FoundOthers } from './FoundOthers';
import { StateChip } from './StateChip';
import { transferTexts as words } from './texts';
import classes from './transfer.module.css';

/** So many prompts are listed one by one. */
const MOST_ROWS = 200;

interface Props {
  readonly preview: ImportPreview;
  readonly choices: ReadonlyMap<string, Choice>;
  readonly onChoice: (name: string, choice: Choice) => void;
  readonly taken: TakenNames;
  readonly onTaken: (taken: TakenNames) => void;
}

/** The prompts in the files, what becomes of each, and of one what it will be. */
export function FoundPrompts({ preview, choices, onChoice, taken, onTaken }: Props) {
  const { prompts, files, notes } = preview;
  const [chosen, setChosen] = useState(prompts[0]?.name);
  const shown = prompts.find(({ name }) => name === chosen) ?? prompts[0];
  return (
    <div className={classes.found}>
      <section className={classes.side} aria-label={words.prompts}>
        <p className={classes.files}>
          {files.map(({ name, format }) => (
            <span key={name}>
              {name} <Chip>{words.formats[format]}</Chip>
            </span>
          ))}
        </p>
        <ul className={classes.rows}>
          {prompts.slice(0, MOST_ROWS).map((item) => (
            <Row
              key={item.name}
              item={item}
              isChosen={item === shown}
              onChoose={() => setChosen(item.name)}
              choices={choices}
              onChoice={onChoice}
            />
          ))}
        </ul>
        {prompts.length > MOST_ROWS && <p>{words.more(count(prompts.length - MOST_ROWS))}</p>}
        <FoundOthers preview={preview} taken={taken} onTaken={onTaken} />
        {notes.length > 0 && (
          <>
            <h3>{words.generalNotes}</h3>
            <Notes notes={notes} />
          </>
        )}
      </section>
      {shown !== undefined && <Details key={shown.name} item={shown} />}
    </div>
  );
}

interface RowProps {
  readonly item: ImportItem;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
  readonly choices: Props['choices'];
  readonly onChoice: Props['onChoice'];
}

function Row({ item, isChosen, onChoose, choices, onChoice }: RowProps) {
  const choice = choices.get(item.name);
  if (choice === undefined) return null;
  const problem = isFit(choices, item.name) ? null : words.wrongName;
  return (
    <li className={classes.row} data-chosen={isChosen}>
      <button type="button" className={classes.name} aria-pressed={isChosen} onClick={onChoose}>
        <b>{item.name}</b>
        <StateChip state={item.state} cannot={item.problem !== null} />
        {item.notes.length > 0 && <Chip tone="warn">{count(item.notes.length)}</Chip>}
      </button>
      <div className={classes.choice}>
        <NativeSelect
          aria-label={words.actionOf(item.name)}
          data={actionsOf(item).map((action) => ({ value: action, label: words.actions[action] }))}
          value={choice.action}
          onFocus={onChoose}
          onChange={(event) =>
            onChoice(item.name, { ...choice, action: event.currentTarget.value as ImportAction })
          }
        />
        {choice.action === 'create' && (
          <TextInput
            aria-label={words.nameOf(item.name)}
            value={choice.name}
            error={problem}
            spellCheck={false}
            onFocus={onChoose}
            onChange={(event) => onChoice(item.name, { ...choice, name: event.currentTarget.value })}
          />
        )}
      </div>
    </li>
  );
}

function Details({ item }: { item: ImportItem }) {
  return (
    <section className={classes.side} aria-label={item.name}>
      <h3>{item.title === '' ? item.name : item.title}</h3>
      <p className={classes.facts}>
        {words.facts(item.versions, item.inputSets.length, item.runs)}
        {item.labels.map((label) => (
          <Chip key={label}>{label}</Chip>
        ))}
      </p>
      {item.problem !== null && (
        <p role="alert" className={classes.problem}>
          <Marked text={item.problem.message} />
        </p>
      )}
      <h3>{words.notes}</h3>
      {item.notes.length === 0 ? <p>{words.allUnderstood}</p> : <Notes notes={item.notes} />}
      <h3>{words.result}</h3>
      <pre className={classes.text} tabIndex={0}>
        {item.text}
      </pre>
    </section>
  );
}

function Notes({ notes }: { notes: readonly Note[] }) {
  return (
    <ul className={classes.notes}>
      {notes.map((note, at) => (
        <li key={at}>
          <Chip tone={note.kind === 'changed' ? 'plain' : 'warn'}>{words.kinds[note.kind]}</Chip>{' '}
          <Marked text={note.message} />
          <small>
            {note.at.path}
            {note.at.line !== undefined && note.at.line !== null && `, ${words.line(note.at.line)}`}
          </small>
        </li>
      ))}
    </ul>
  );
}

import { Button, VisuallyHidden } from '@mantine/core';
import { useEffect, useEffectEvent, useState } from 'react';
import type { BlindPair, BlindPairs, BlindSide, Run } from '../../bindings/types';
import { queries } from '../../app/live';
import { api } from '../../host';
import { count } from '../../lib/format';
import { notifyError } from '../../lib/notify';
import { oneByOne } from '../../lib/oneByOne';
import { useStream } from '../../lib/useStream';
import { Answer } from '../run/Answer';
import { Inputs } from '../run/Inputs';
import classes from './blind.module.css';
import { BlindOutcome } from './BlindOutcome';
import { chosen, courseOf, decidedOf, undone } from './course';
import { blindTexts } from './texts';

/** What is said of a pair, undone and said anew must arrive in that order. */
const inTurn = oneByOne();

/** One pair after the other, and what came of all of them at the end, or when it is asked for. */
export function BlindWork(props: { run: Run; one: number; other: number; known: BlindPairs }) {
  const { run, one, other, known } = props;
  const { pairs, total } = known;
  const [course, setCourse] = useState(() => courseOf(pairs));
  const [isRevealed, setRevealed] = useState(false);
  // What was said last may still be on its way to the host when the outcome is asked for.
  const [sending, setSending] = useState(0);
  const pair = pairs[course.at];
  const isOver = pair === undefined;
  const send = (of: BlindPair, choice: BlindSide | null) => {
    const { left, right } = of;
    setSending((count) => count + 1);
    inTurn(() => api.preferencePut({ id: run.id, left, right, choice }))
      .catch(notifyError)
      .finally(() => setSending((count) => count - 1));
    void queries.invalidateQueries({ queryKey: ['blind', run.id], refetchType: 'none' });
  };
  const choose = (choice: BlindSide | null) => {
    if (pair === undefined) return;
    if (choice !== null) send(pair, choice);
    setCourse(chosen(course, choice));
  };
  const undo = () => {
    const before = undone(course);
    if (before === null) return;
    const of = pairs[before.at];
    if (of !== undefined && course.choices[before.at] !== null) send(of, null);
    setCourse(before);
  };
  const acts: Record<string, () => void> = {
    '1': () => choose('left'),
    '2': () => choose('right'),
    '0': () => choose('same'),
    ArrowRight: () => choose(null),
    ArrowLeft: undo,
  };
  useKeys(isRevealed ? {} : acts);
  const shown = count(pairs.length);
  return (
    <>
      <p className={classes.progress} role="status">
        {!isOver && <b>{blindTexts.place(count(course.at + 1), shown)}</b>}
        <span className="num">{blindTexts.decided(count(decidedOf(course)), shown)}</span>
        {total > pairs.length && <span>{blindTexts.part(shown, count(total))}</span>}
        <progress
          aria-label={blindTexts.decided(count(decidedOf(course)), shown)}
          value={decidedOf(course)}
          max={pairs.length}
        />
        <span className="spacer" />
        <Button
          variant="default"
          disabled={course.left.length === 0 || isRevealed}
          rightSection={<kbd>{blindTexts.keys.undo}</kbd>}
          onClick={undo}
        >
          {blindTexts.undo}
        </Button>
        {!isOver && (
          <Button variant="default" onClick={() => setRevealed(!isRevealed)}>
            {isRevealed ? blindTexts.conceal : blindTexts.reveal}
          </Button>
        )}
      </p>
      <VisuallyHidden>{blindTexts.hint}</VisuallyHidden>
      {isOver || isRevealed ? (
        sending === 0 && (
          <BlindOutcome
            run={run}
            one={one}
            other={other}
            decided={decidedOf(course)}
            onAgain={isOver ? () => setCourse({ ...course, at: 0, left: [] }) : null}
          />
        )
      ) : (
        <Pair key={pair.left} pair={pair} choice={course.choices[course.at] ?? null} onChoose={choose} />
      )}
    </>
  );
}

/** Carries out what single keys stand for, wherever the focus is but in a field. */
function useKeys(acts: Record<string, () => void>): void {
  const take = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select') !== null)
      return;
    const act = acts[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
  useEffect(() => {
    window.addEventListener('keydown', take);
    return () => window.removeEventListener('keydown', take);
  }, []);
}

function Pair(props: {
  pair: BlindPair;
  choice: BlindSide | null;
  onChoose: (choice: BlindSide | null) => void;
}) {
  const { pair, choice, onChoose } = props;
  const { name, inputs } = pair;
  const ways: readonly [BlindSide, string, string][] = [
    ['left', blindTexts.leftBetter, blindTexts.keys.left],
    ['same', blindTexts.same, blindTexts.keys.same],
    ['right', blindTexts.rightBetter, blindTexts.keys.right],
  ];
  return (
    <>
      <details className={classes.case} open>
        <summary>
          <b>{name === '' ? blindTexts.caseOf(count(pair.case + 1)) : name}</b>
        </summary>
        {Object.keys(inputs).length === 0 ? <p>{blindTexts.noInputs}</p> : <Inputs inputs={inputs} />}
      </details>
      <div className={classes.pair}>
        <Shown title={blindTexts.left} label={blindTexts.leftAnswer} execution={pair.left} />
        <Shown title={blindTexts.right} label={blindTexts.rightAnswer} execution={pair.right} />
      </div>
      <div className={classes.acts} role="group" aria-label={blindTexts.title}>
        {ways.map(([side, label, key]) => (
          <Button
            key={side}
            variant="default"
            className={classes.way ?? ''}
            aria-pressed={choice === side}
            rightSection={<kbd>{key}</kbd>}
            onClick={() => onChoose(side)}
          >
            {label}
          </Button>
        ))}
        <Button
          variant="subtle"
          rightSection={<kbd>{blindTexts.keys.skip}</kbd>}
          onClick={() => onChoose(null)}
        >
          {blindTexts.skip}
        </Button>
      </div>
    </>
  );
}

/** An answer whose column is not named. */
function Shown({ title, label, execution }: { title: string; label: string; execution: string }) {
  // Its length is not known here, so all of it is asked for.
  const answer = useStream('text', execution, 1);
  return (
    <article className={classes.side}>
      <h2>{title}</h2>
      <div className={classes.text} role="group" aria-label={label} tabIndex={0}>
        {answer.length > 0 && <Answer answer={answer} view="markdown" isDone />}
      </div>
    </article>
  );
}

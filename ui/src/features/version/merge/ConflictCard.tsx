import { SegmentedControl, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Conflict, Content } from '../../../bindings/types';
import type { Choice } from './resolve';
import classes from './Merge.module.css';
import { mergeTexts as texts } from './texts';

/** What both sides are called. */
export interface Names {
  readonly from: string;
  readonly into: string;
}

/** One conflict: what it was, what each side makes of it, and how it is settled. */
export function ConflictCard(props: {
  readonly conflict: Conflict;
  readonly content: Content;
  readonly names: Names;
  readonly choice: Choice | null;
  readonly onChoose: (choice: Choice | null) => void;
}) {
  const { conflict, content, names, choice, onChoose } = props;
  const isLines = conflict.lines != null;
  const isText = isLines || conflict.place.kind === 'title' || conflict.place.kind === 'description';
  const kinds: Choice['kind'][] = ['ours', 'theirs', ...(isLines ? (['both'] as const) : []), 'hand'];
  const choose = (kind: string) => {
    if (kind !== 'hand') onChoose({ kind: kind as 'ours' | 'theirs' | 'both' });
    else onChoose({ kind, value: conflict.ours ?? conflict.theirs ?? '' });
  };
  return (
    <section className={classes.conflict} aria-label={texts.place(conflict.place)}>
      <h3>{texts.place(conflict.place)}</h3>
      <div className={classes.sides}>
        <Side
          title={texts.ours(names.into)}
          value={conflict.ours}
          conflict={conflict}
          content={content}
          tone="ours"
        />
        <Side title={texts.base} value={conflict.base} conflict={conflict} content={content} tone="base" />
        <Side
          title={texts.theirs(names.from)}
          value={conflict.theirs}
          conflict={conflict}
          content={content}
          tone="theirs"
        />
      </div>
      <SegmentedControl
        aria-label={texts.choice}
        value={choice?.kind ?? ''}
        onChange={choose}
        data={kinds.map((kind) => ({ value: kind, label: texts.take[kind] }))}
      />
      {choice?.kind === 'hand' && (
        <ByHand key={conflict.pointer} isText={isText} value={choice.value} onChange={onChoose} />
      )}
    </section>
  );
}

function Side(props: {
  readonly title: string;
  readonly value: unknown;
  readonly conflict: Conflict;
  readonly content: Content;
  readonly tone: string;
}) {
  const text = shown(props.value, props.conflict, props.content);
  return (
    <div className={classes.side} data-tone={props.tone}>
      <b>{props.title}</b>
      {text === null || text === '' ? (
        <p className={classes.absent}>{text === null ? texts.absent : texts.nothing}</p>
      ) : (
        // A long text is scrolled by keys too.
        <pre tabIndex={0} aria-label={props.title}>
          {text}
        </pre>
      )}
    </div>
  );
}

/** A value as it is read: text as it is, an order by what stands there, all else as JSON. */
function shown(value: unknown, { place }: Conflict, content: Content): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (place.kind === 'order' && Array.isArray(value)) {
    return value.map((at: number, line) => `${line + 1}. ${itemOf(content, place.list, at)}`).join('\n');
  }
  return JSON.stringify(value, null, 2);
}

function itemOf(content: Content, list: string, at: number): string {
  const { body, variables, validations, settings } = content;
  if (list === 'messages' && body.kind === 'messages') {
    const message = body.messages[at];
    return `${message?.role ?? ''}: ${message?.template.split('\n')[0] ?? ''}`;
  }
  const named = { variables, validations, tools: settings.parameters.tools ?? [] }[list] ?? [];
  return named[at]?.name ?? String(at + 1);
}

/** What somebody writes in place of both sides: text, or JSON. What is no JSON yet does not count. */
function ByHand(props: {
  readonly isText: boolean;
  readonly value: unknown;
  readonly onChange: (choice: Choice) => void;
}) {
  const { isText, value, onChange } = props;
  const [text, setText] = useState(() => (isText ? String(value) : JSON.stringify(value, null, 2)));
  const [isWrong, setIsWrong] = useState(false);
  const change = (next: string) => {
    setText(next);
    if (isText) {
      onChange({ kind: 'hand', value: next });
      return;
    }
    try {
      onChange({ kind: 'hand', value: JSON.parse(next) });
      setIsWrong(false);
    } catch {
      setIsWrong(true);
    }
  };
  return (
    <Textarea
      label={texts.hand}
      autosize
      minRows={3}
      maxRows={12}
      classNames={{ input: classes.mono ?? '' }}
      value={text}
      error={isWrong ? texts.notJson : null}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}

import { IconAlertCircle, IconAlertTriangle } from '@tabler/icons-react';
import { type KeyboardEvent, memo, type ReactNode, type SyntheticEvent, useMemo } from 'react';
import type {
  ApiError,
  Diagnostic,
  Place,
  Problem,
  RenderedContent,
  RenderedMessage,
  Segment,
} from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { count } from '../../lib/format';
import { Attachments } from './Attachments';
import { type Checked, useCheckError, useIsLate, useIsOld, useRendered } from './checked';
import { looksSame, type Piece, piecesOf, segmentText, variableOf, withText } from './pieces';
import classes from './RenderedView.module.css';
import { contentTexts } from './texts';

const texts = contentTexts.rendered;

/** The longest text of a message that is shown, in characters. */
const MOST_SHOWN = 200_000;

/** The messages as they would be sent, while the prompt is typed. What was there stays while there is a mistake. */
export function RenderedView(props: {
  readonly checked: Checked;
  /** Goes to the input of a variable. */
  readonly onGoToInput: (name: string) => void;
}) {
  const rendered = useRendered(props.checked, whole);
  const error = useCheckError(props.checked);
  const estimate = rendered?.estimates[0];
  const notes = rendered?.diagnostics.filter(({ severity }) => severity !== 'info') ?? [];
  return (
    <Frame checked={props.checked}>
      {rendered?.messages.length === 0 && <p className={classes.empty}>{texts.nothing}</p>}
      {rendered?.messages.map((message, index) => (
        <RenderedCard
          key={index}
          message={message}
          tokens={estimate?.messageTokens[index] ?? null}
          exact={estimate?.exact ?? true}
          onGoToInput={props.onGoToInput}
        />
      ))}
      {notes.length > 0 && <Notes notes={notes} />}
      {error !== null && <Failed error={error} />}
    </Frame>
  );
}

const whole = (rendered: RenderedContent) => rendered;

/** Marks what is not of what is on screen by now, which alone is drawn again. */
function Frame(props: { readonly checked: Checked; readonly children: ReactNode }) {
  const isLate = useIsLate(props.checked);
  const isOld = useIsOld(props.checked);
  return (
    <div className={classes.view} aria-busy={isLate} data-old={isOld || undefined}>
      {props.children}
    </div>
  );
}

const RenderedCard = memo(function RenderedCard(props: {
  readonly message: RenderedMessage;
  readonly tokens: number | null;
  readonly exact: boolean;
  readonly onGoToInput: (name: string) => void;
}) {
  const { role, segments, template, attachments } = props.message;
  const { shown, total } = useMemo(() => cut(segments), [segments]);
  const pieces = useMemo(() => piecesOf(shown), [shown]);
  const go = (event: SyntheticEvent) => {
    const value = event.target instanceof Element ? event.target.closest('[data-variable]') : null;
    const name = value?.getAttribute('data-variable');
    if (name != null) props.onGoToInput(name);
    return name != null;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.key === 'Enter' || event.key === ' ') && isPlain(event) && go(event)) event.preventDefault();
  };
  return (
    <section className={classes.card} aria-label={contentTexts.roles[role]}>
      <header className={classes.header}>
        <h2>{contentTexts.roles[role]}</h2>
        {props.tokens !== null && (
          <span className="num">{contentTexts.tokens(count(props.tokens), props.exact)}</span>
        )}
        {template == null && <span>{texts.history}</span>}
      </header>
      <Attachments attachments={attachments} />
      <div className={classes.text} onClick={go} onKeyDown={onKeyDown}>
        {pieces.map((piece, index) => (
          <Stretch key={index} piece={piece} />
        ))}
      </div>
      {total > MOST_SHOWN && <p className={classes.cut}>{texts.cut(count(MOST_SHOWN), count(total))}</p>}
    </section>
  );
});

function isPlain({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return !ctrlKey && !metaKey && !altKey;
}

const Stretch = memo(
  function Stretch({ piece }: { piece: Piece }) {
    return (
      <div className={classes.piece}>
        {piece.segments.map((segment, index) => (
          <Part key={index} segment={segment} />
        ))}
      </div>
    );
  },
  (before, after) => looksSame(before.piece, after.piece),
);

function Part({ segment }: { segment: Segment }) {
  if (segment.kind === 'media') return <mark className={classes.value}>{segment.url}</mark>;
  if (segment.kind !== 'value') return segmentText(segment);
  const { path, text } = segment;
  const variable = variableOf(path);
  const className = text === '' ? classes.missing : classes.value;
  const shown = text !== '' ? text : path === '' ? texts.emptyValue : `${path}: ${texts.emptyValue}`;
  if (variable === null) {
    return (
      <mark className={className} title={texts.value(path)}>
        {shown}
      </mark>
    );
  }
  return (
    <span
      className={className}
      role="button"
      tabIndex={0}
      title={`${texts.value(path)}. ${texts.goTo(variable)}`}
      data-variable={variable}
    >
      {shown}
    </span>
  );
}

function cut(segments: readonly Segment[]): { shown: Segment[]; total: number } {
  let total = 0;
  const shown: Segment[] = [];
  for (const segment of segments) {
    const room = MOST_SHOWN - total;
    const text = segmentText(segment);
    if (room > 0) shown.push(text.length > room ? withText(segment, text.slice(0, room)) : segment);
    total += text.length;
  }
  return { shown, total };
}

function Failed({ error }: { error: ApiError }) {
  const only: Problem = { message: error.message, hint: error.hint ?? '', at: error.at ?? { path: '' } };
  const problems = error.problems?.length ? error.problems : [only];
  return (
    <div className={classes.failed} role="status">
      <b>
        <IconAlertCircle size={16} aria-hidden /> {texts.failed}
      </b>
      <ul>
        {problems.map(({ message, hint, at }, index) => (
          <Finding key={index} message={message} hint={hint ?? ''} place={at} />
        ))}
      </ul>
    </div>
  );
}

function Notes({ notes }: { notes: readonly Diagnostic[] }) {
  return (
    <div className={classes.notes}>
      <b>
        <IconAlertTriangle size={16} aria-hidden /> {texts.notes}
      </b>
      <ul>
        {notes.map(({ message, hint, place }, index) => (
          <Finding key={index} message={message} hint={hint} place={place} />
        ))}
      </ul>
    </div>
  );
}

function Finding({ message, hint, place }: { message: string; hint: string; place: Place }) {
  return (
    <li>
      <span>
        <Marked text={message} />
      </span>
      {hint !== '' && (
        <span className={classes.hint}>
          <Marked text={hint} />
        </span>
      )}
      {place.path !== '' && (
        <span className={classes.place}>
          {texts.place(place.path, place.line ?? null, place.column ?? null)}
        </span>
      )}
    </li>
  );
}

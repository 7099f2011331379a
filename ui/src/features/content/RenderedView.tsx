import { IconAlertCircle, IconAlertTriangle } from '@tabler/icons-react';
import { memo } from 'react';
import type {
  ApiError,
  Content,
  Diagnostic,
  Place,
  Problem,
  RenderedMessage,
  Segment,
} from '../../bindings/types';
import { count } from '../../lib/format';
import { Attachments } from './Attachments';
import { useRendered } from './queries';
import classes from './RenderedView.module.css';
import { contentTexts } from './texts';

const texts = contentTexts.rendered;

/** The longest text of a message that is shown, in characters. */
const MOST_SHOWN = 200_000;

/** The messages as they would be sent, while the prompt is typed. */
export function RenderedView(props: {
  readonly content: Content;
  readonly inputs: Record<string, unknown>;
  readonly models: string[];
}) {
  const { rendered, error, isStale } = useRendered(props.content, props.inputs, props.models);
  const estimate = rendered?.estimates[0];
  const notes = rendered?.diagnostics.filter(({ severity }) => severity !== 'info') ?? [];
  return (
    <div className={classes.view} aria-busy={isStale}>
      {error !== null && <Failed error={error} />}
      {rendered?.messages.length === 0 && <p className={classes.empty}>{texts.nothing}</p>}
      {rendered?.messages.map((message, index) => (
        <RenderedCard
          key={index}
          message={message}
          tokens={estimate?.messageTokens[index] ?? null}
          exact={estimate?.exact ?? true}
        />
      ))}
      {notes.length > 0 && <Notes notes={notes} />}
    </div>
  );
}

const RenderedCard = memo(function RenderedCard(props: {
  readonly message: RenderedMessage;
  readonly tokens: number | null;
  readonly exact: boolean;
}) {
  const { role, segments, template, attachments } = props.message;
  const { shown, total } = cut(segments);
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
      <div className={classes.text}>
        {shown.map((segment, index) => (
          <Piece key={index} segment={segment} />
        ))}
      </div>
      {total > MOST_SHOWN && <p className={classes.cut}>{texts.cut(count(MOST_SHOWN), count(total))}</p>}
    </section>
  );
});

function Piece({ segment }: { segment: Segment }) {
  if (segment.kind !== 'value') return segment.text;
  const title = texts.value(segment.path);
  if (segment.text === '') {
    return (
      <mark className={classes.missing} title={title}>
        {segment.path === '' ? texts.emptyValue : `${segment.path}: ${texts.emptyValue}`}
      </mark>
    );
  }
  return (
    <mark className={classes.value} title={title}>
      {segment.text}
    </mark>
  );
}

function cut(segments: readonly Segment[]): { shown: Segment[]; total: number } {
  let total = 0;
  const shown: Segment[] = [];
  for (const segment of segments) {
    const room = MOST_SHOWN - total;
    if (room > 0)
      shown.push(segment.text.length > room ? { ...segment, text: segment.text.slice(0, room) } : segment);
    total += segment.text.length;
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
      <span>{message}</span>
      {hint !== '' && <span className={classes.hint}>{hint}</span>}
      {place.path !== '' && (
        <span className={classes.place}>
          {texts.place(place.path, place.line ?? null, place.column ?? null)}
        </span>
      )}
    </li>
  );
}

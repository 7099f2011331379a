import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import { clock } from '../lib/format';
import { ceiling, HEIGHT, linePath, nearest, type Values, WIDTH } from './chart';
import { componentTexts } from './components.texts';
import classes from './LineChart.module.css';

const words = componentTexts.chart;

interface Line {
  readonly name: string;
  readonly values: Values;
}

interface Props {
  readonly title: string;
  /** The moments of all values, in milliseconds, oldest first. */
  readonly times: readonly number[];
  /** At most three; each has its own colour and its own dashes. */
  readonly lines: readonly Line[];
  /** The moments at the left and the right edge. */
  readonly span: readonly [number, number];
  /** A value in words. */
  readonly show: (value: number) => string;
  /** The least end of the axis of values. */
  readonly least: number;
}

/**
 * Lines over time. A point is read with the pointer or the arrow keys; else the newest values stand beside the names, and
 * the greatest at the axis.
 */
export function LineChart({ title, times, lines, span, show, least }: Props) {
  const [read, setRead] = useState<number | null>(null);
  const last = times.length - 1;
  const at = Math.min(read ?? last, last);
  const values = lines.flatMap((line) => line.values.filter((value) => value !== null));
  const most = ceiling(Math.max(least, ...values));
  const time = times[at];
  const moment = read === null || time === undefined ? words.now : clock(new Date(time).toISOString());
  const told = lines.map(({ name, values }) => `${name} ${inWords(values[at], show)}`).join(', ');
  const place = time === undefined ? 0 : (time - span[0]) / (span[1] - span[0]);
  const onPointer = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    setRead(nearest(times, span, (event.clientX - left) / width));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 };
    const ends: Record<string, number> = { Home: 0, End: last };
    const next = ends[event.key] ?? at + (steps[event.key] ?? NaN);
    if (Number.isNaN(next) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    setRead(Math.min(last, Math.max(0, next)));
  };
  return (
    <figure className={classes.chart} aria-label={title}>
      <figcaption className={classes.head}>
        <b>{title}</b>
        <span className={classes.moment}>{moment}</span>
      </figcaption>
      <ul className={classes.legend}>
        {lines.map(({ name, values }, line) => (
          <li key={name} data-line={line}>
            <svg viewBox="0 0 16 4" aria-hidden>
              <path d="M0 2H16" />
            </svg>
            {name} <b className="num">{inWords(values[at], show)}</b>
          </li>
        ))}
      </ul>
      <div
        className={classes.plot}
        role="slider"
        tabIndex={0}
        aria-label={words.read(title)}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={Math.max(0, at)}
        aria-valuetext={`${moment}: ${told}`}
        onPointerMove={onPointer}
        onPointerDown={onPointer}
        onPointerLeave={() => setRead(null)}
        onBlur={() => setRead(null)}
        onKeyDown={onKeyDown}
      >
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
          {lines.map(({ name, values }, line) => (
            <path key={name} data-line={line} d={linePath(times, values, span, most)} />
          ))}
        </svg>
        {read !== null && place >= 0 && <i className={classes.cursor} style={{ left: `${place * 100}%` }} />}
        <span className={classes.most}>{show(most)}</span>
      </div>
      <div className={classes.axis} aria-hidden>
        <span>{clock(new Date(span[0]).toISOString())}</span>
        <span>{clock(new Date(span[1]).toISOString())}</span>
      </div>
    </figure>
  );
}

function inWords(value: number | null | undefined, show: (value: number) => string): string {
  return value === null || value === undefined ? words.none : show(value);
}

import type { GraphRow } from './graph';
import classes from './History.module.css';

/** Pixels between two lanes, and before the first. */
const STEP = 12;
const EDGE = 10;
/** More lanes than these share the last one's place. */
const MOST_LANES = 8;
/** How many looks lanes have. */
const LOOKS = 4;

const x = (lane: number) => EDGE + Math.min(lane, MOST_LANES - 1) * STEP;

/** The room that so many lanes take, in pixels. */
export function graphWidth(lanes: number): number {
  return x(lanes - 1) + EDGE;
}

/** A version in the graph, with the lines that pass it, begin and end in it. */
export function GraphCell({ row, height, width }: { row: GraphRow; height: number; width: number }) {
  const middle = height / 2;
  const at = x(row.lane);
  const bend = (from: number, to: number, top: number, bottom: number) => {
    const half = (top + bottom) / 2;
    return `M${from} ${top}C${from} ${half} ${to} ${half} ${to} ${bottom}`;
  };
  return (
    <svg className={classes.graph} width={width} height={height} aria-hidden>
      {row.through.map((lane) => (
        <path key={`t${lane}`} data-look={lane % LOOKS} d={`M${x(lane)} 0V${height}`} />
      ))}
      {row.above.map((lane) => (
        <path key={`a${lane}`} data-look={lane % LOOKS} d={bend(x(lane), at, 0, middle)} />
      ))}
      {row.below.map((lane) => (
        <path key={`b${lane}`} data-look={lane % LOOKS} d={bend(at, x(lane), middle, height)} />
      ))}
      <circle cx={at} cy={middle} r={4} data-look={row.lane % LOOKS} />
    </svg>
  );
}

import classes from './MergeViewer.module.css';
import type { Layout } from './MergeViewer';

/** Narrower than this, two columns are too narrow to read, in pixels. */
export const SIDE_BY_SIDE_FROM = 640;

/** What the two texts of a comparison are, above them. */
export function MergeSides({ from, to, layout }: { from: string; to: string; layout: Layout }) {
  return (
    <div className={classes.sides} data-layout={layout}>
      <b title={from}>{from}</b>
      <b title={to}>{to}</b>
    </div>
  );
}

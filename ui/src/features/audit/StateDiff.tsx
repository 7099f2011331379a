import { useElementSize } from '@mantine/hooks';
import { MergeSides, SIDE_BY_SIDE_FROM } from '../../components/MergeSides';
import { MergeViewer } from '../../components/MergeViewer';
import { theme } from '../content/editor/theme';
import classes from './audit.module.css';
import { auditTexts } from './texts';

const words = auditTexts.details;

/** What an event changed, as the JSON of the states before and after it. */
export function StateDiff({ before, after }: { before: unknown; after: unknown }) {
  const { ref, width } = useElementSize();
  const layout = width < SIDE_BY_SIDE_FROM ? 'unified' : 'side';
  const label = (name: string, state: unknown) => (state === null ? `${name}: ${words.nothing}` : name);
  const [fromLabel, toLabel] = [label(words.before, before), label(words.after, after)];
  return (
    <div ref={ref} className={classes.diff}>
      {width > 0 && (
        <>
          <MergeSides from={fromLabel} to={toLabel} layout={layout} />
          <MergeViewer
            from={textOf(before)}
            to={textOf(after)}
            fromLabel={fromLabel}
            toLabel={toLabel}
            layout={layout}
            isWhole={false}
            extensions={theme}
          />
        </>
      )}
    </div>
  );
}

function textOf(state: unknown): string {
  return state === null ? '' : JSON.stringify(state, null, 2);
}

import { useMemo } from 'react';
import { RawText } from '../../components/RawText';
import { bytes } from '../../lib/format';
import type { StreamedText } from '../../lib/streams';
import { useThrottled } from '../../lib/useThrottled';
import { columnsTexts } from './columns.texts';
import { findJson, hasLongNumbers } from './jsonText';
import { JsonTree } from './JsonTree';
import classes from './run.module.css';

const words = columnsTexts.json;

/** How often what has arrived is read again while it grows, in milliseconds. */
const READ_EVERY_MS = 250;
/** A longer answer is read once it has ended. */
const MOST_GROWING = 128 * 1024;

/** An answer as a tree, where it is JSON or has some in a code block; else as it is, which it says. */
export function JsonView({ answer, isDone }: { answer: StreamedText; isDone: boolean }) {
  const throttled = useThrottled(answer, READ_EVERY_MS);
  const shown = isDone ? answer : throttled;
  const isLater = !isDone && shown.length > MOST_GROWING;
  const found = useMemo(() => (isLater ? null : findJson(shown.text, isDone)), [shown, isDone, isLater]);
  const isRounded = useMemo(() => found !== null && hasLongNumbers(shown.text), [found, shown]);
  if (found === null) {
    return (
      <>
        <p className={classes.hint}>{isLater ? `${words.later} (${bytes(shown.known)})` : words.none}</p>
        <RawText pieces={answer.pieces} isSettled={isDone} />
      </>
    );
  }
  return (
    <>
      {found.from === 'fence' && <p className={classes.hint}>{words.fence}</p>}
      {found.from === 'part' && <p className={classes.hint}>{words.growing}</p>}
      {isRounded && <p className={classes.hint}>{words.rounded}</p>}
      <JsonTree value={found.value} />
    </>
  );
}

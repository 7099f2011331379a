import { Button } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { useLayoutEffect, useState } from 'react';
import type { Execution } from '../../bindings/types';
import { bytes } from '../../lib/format';
import { MOST_BYTES } from '../../lib/streams';
import { useStream } from '../../lib/useStream';
import { RatingButtons } from '../rating/RatingButtons';
import { ValidationResults } from '../validation/ValidationResults';
import { Answer } from './Answer';
import { columnsTexts } from './columns.texts';
import { CutNote } from './CutNote';
import { FailureCard } from './FailureCard';
import { Reasoning } from './Reasoning';
import classes from './run.module.css';
import { type Together, wasPlaced } from './scrolling';
import { withheld } from './summary';
import { ToolCalls } from './ToolCalls';
import { useFollow } from './useFollow';
import type { View } from './views';
import { Waiting } from './Waiting';
import { Withheld } from './Withheld';

interface Props {
  execution: Execution;
  view: View;
  together: Together;
  onDetails: () => void;
}

/** The answer as it streams. It follows the end unless the reader has scrolled away from it. */
export function ColumnBody({ execution, view, together, onDetails }: Props) {
  const answer = useStream('text', execution.id, execution.outputBytes);
  const isEnded = !['pending', 'running'].includes(execution.status);
  // Its length is not known while it grows, so what had come before this was opened is asked for.
  const thought = useStream('reasoning', execution.id, isEnded ? execution.reasoningBytes : 1);
  // Its end may be told before the last of its text has arrived.
  const isDone = isEnded && answer.known >= Math.min(execution.outputBytes, MOST_BYTES);
  // What had ended before it was opened is read from its beginning.
  const [isWatched] = useState(!isEnded);
  const { box, content, isAway, scrolled, toEnd } = useFollow(
    isWatched && !isDone,
    answer.length > 0 || thought.length > 0,
  );
  useLayoutEffect(() => (box.current === null ? undefined : together.join(box.current)), [box, together]);
  const onScroll = () => {
    if (box.current === null || wasPlaced(box.current)) return;
    scrolled();
    together.lead(box.current);
  };
  return (
    <div className={classes.reading}>
      <div
        ref={box}
        className={classes.body}
        onScroll={onScroll}
        role="group"
        aria-label={columnsTexts.answerOf(execution.model)}
        tabIndex={0}
        aria-busy={!isDone}
        data-scroller
      >
        <div ref={content} className={classes.content}>
          {thought.length > 0 && (
            <Reasoning
              thought={thought}
              execution={execution}
              isAnswering={answer.length > 0}
              isRaw={view === 'raw'}
            />
          )}
          {answer.length > 0 && <Answer answer={answer} view={view} isDone={isDone} />}
          {answer.known >= MOST_BYTES && (
            <p className={classes.hint}>{columnsTexts.tooLong(bytes(MOST_BYTES))}</p>
          )}
          {answer.length === 0 && thought.length === 0 && !isEnded && <Waiting execution={execution} />}
          <Outcome execution={execution} onDetails={onDetails} />
        </div>
      </div>
      {isAway && (
        <Button
          className={classes.toEnd ?? ''}
          variant="default"
          radius="xl"
          leftSection={<IconArrowDown size={14} aria-hidden />}
          onClick={toEnd}
        >
          {columnsTexts.toEnd}
        </Button>
      )}
    </div>
  );
}

/** What came of it beside the answer: tools, a failure, checks that it did not pass. */
function Outcome({ execution, onDetails }: { execution: Execution; onDetails: () => void }) {
  return (
    <>
      <ToolCalls calls={execution.toolCalls} />
      {execution.finish?.reason === 'length' && <CutNote execution={execution} />}
      {withheld(execution) !== null ? (
        <Withheld execution={execution} onDetails={onDetails} />
      ) : (
        execution.failure !== null && <FailureCard execution={execution} onDetails={onDetails} />
      )}
      <ValidationResults execution={execution} isBrief />
      {execution.status === 'completed' && <RatingButtons execution={execution} />}
    </>
  );
}

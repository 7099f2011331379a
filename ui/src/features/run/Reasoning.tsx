import { IconChevronRight } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { texts } from '../../app/texts';
import type { Execution } from '../../bindings/types';
import { ModelText, MOST_MARKDOWN } from '../../components/ModelText';
import { RawText } from '../../components/RawText';
import { bytes, count } from '../../lib/format';
import type { StreamedText } from '../../lib/streams';
import classes from './Reasoning.module.css';

interface Props {
  execution: Execution;
  /** What the model thought so far. */
  thought: StreamedText;
  /** Whether the answer has begun. */
  isAnswering: boolean;
  isRaw: boolean;
}

/** What a model thought before its answer: open while that is all there is, folded once it answers. */
export function Reasoning({ execution, thought, isAnswering, isRaw }: Props) {
  // What the reader chose stays.
  const [choice, setChoice] = useState<boolean | null>(null);
  const id = useId();
  const isOpen = choice ?? !isAnswering;
  // A model may think on between its words, but the end that is waited for is that of the answer.
  const isSettled = isAnswering || !['pending', 'running'].includes(execution.status);
  return (
    <div className={classes.reasoning}>
      <button
        type="button"
        className={classes.head}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setChoice(!isOpen)}
      >
        <IconChevronRight size={14} className={classes.chevron} aria-hidden />
        {texts.column.reasoning}
        <span className={`${classes.size ?? ''} num`}>{sizeOf(execution, thought.known)}</span>
      </button>
      <div id={id} hidden={!isOpen} className={classes.text}>
        {isOpen &&
          (isRaw || thought.length > MOST_MARKDOWN ? (
            <RawText pieces={thought.pieces} isSettled={isSettled} />
          ) : (
            <ModelText source={thought} isSettled={isSettled} />
          ))}
      </div>
    </div>
  );
}

/** Its tokens, where they were counted, else its length. */
function sizeOf({ metrics }: Execution, known: number): string {
  const tokens = metrics.tokenUsage?.reasoningTokens ?? 0;
  return tokens > 0 ? texts.column.tokenCount(count(tokens)) : bytes(known);
}

import { Button } from '@mantine/core';
import { type UIEvent, useLayoutEffect, useRef, useState } from 'react';
import { texts } from '../../app/texts';
import type { Execution } from '../../bindings/types';
import end from '../../components/StreamingEnd.module.css';
import { ModelText, MOST_MARKDOWN } from '../../components/ModelText';
import { RawText } from '../../components/RawText';
import { bytes } from '../../lib/format';
import { useStream } from '../../lib/useStream';
import { FailureCard } from './FailureCard';
import { isBareJson, prettyJson } from './json';
import { Reasoning } from './Reasoning';
import classes from './run.module.css';
import { withheld } from './summary';
import { ToolCalls } from './ToolCalls';
import { Withheld } from './Withheld';

/** How an answer is shown. */
export type View = 'markdown' | 'raw' | 'json';

/** How close to the end counts as being there, in pixels. */
const NEAR_END = 24;

/** The answer as it streams. It follows the end unless the reader has scrolled away from it. */
export function ColumnBody({
  execution,
  view,
  onDetails,
}: {
  execution: Execution;
  view: View;
  onDetails: () => void;
}) {
  const { text } = useStream('text', execution.id, execution.outputBytes);
  // Its length is not known while it grows, so what had come before this was opened is asked for.
  const least = execution.status === 'running' ? 1 : execution.reasoningBytes;
  const reasoning = useStream('reasoning', execution.id, least);
  const body = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const isEnded = !['pending', 'running'].includes(execution.status);
  useLayoutEffect(() => {
    const element = body.current;
    if (element !== null && follows.current && !isEnded) element.scrollTop = element.scrollHeight;
  });
  const onScroll = ({ currentTarget: element }: UIEvent<HTMLDivElement>) => {
    follows.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
  };
  return (
    <div ref={body} className={classes.body} onScroll={onScroll} tabIndex={0} aria-busy={!isEnded}>
      {reasoning.text !== '' && (
        <Reasoning {...reasoning} execution={execution} isAnswering={text !== ''} isRaw={view === 'raw'} />
      )}
      {text !== '' && <Answer text={text} view={view} isEnded={isEnded} />}
      {text === '' && reasoning.text === '' && !isEnded && (
        <span className={classes.waiting}>
          {execution.status === 'pending' ? texts.column.waiting : texts.column.thinking}
        </span>
      )}
      <ToolCalls calls={execution.toolCalls} />
      {withheld(execution) !== null ? (
        <Withheld execution={execution} onDetails={onDetails} />
      ) : (
        execution.failure !== null && <FailureCard execution={execution} onDetails={onDetails} />
      )}
      {execution.validations
        .filter(({ verdict }) => verdict === 'fail')
        .map(({ name, message }) => (
          <div key={name} className={classes.verdict}>
            <b>✕ {name}</b> {message}
          </div>
        ))}
    </div>
  );
}

function Answer({ text, view, isEnded }: { text: string; view: View; isEnded: boolean }) {
  const [insists, setInsists] = useState(false);
  const isLong = text.length > MOST_MARKDOWN;
  if (view === 'raw' || (isLong && !insists)) {
    return (
      <>
        {isLong && view !== 'raw' && (
          <Button variant="default" mb="xs" onClick={() => setInsists(true)}>
            {texts.column.showMarkdown} ({bytes(text.length)})
          </Button>
        )}
        <RawText text={text} isSettled={isEnded} />
      </>
    );
  }
  const code = isEnded ? classes.code : `${classes.code ?? ''} ${end.inline ?? ''}`;
  if (view === 'json') return <pre className={code}>{prettyJson(text)}</pre>;
  // What begins like JSON is taken for it while it streams; whether it is shows at its end.
  if (/^\s*[[{]/.test(text) && (!isEnded || isBareJson(text))) {
    return <pre className={code}>{isEnded ? prettyJson(text) : text}</pre>;
  }
  return <ModelText text={text} isSettled={isEnded} />;
}

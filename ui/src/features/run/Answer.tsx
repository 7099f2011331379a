import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { texts } from '../../app/texts';
import end from '../../components/StreamingEnd.module.css';
import { ModelText, MOST_MARKDOWN } from '../../components/ModelText';
import { RawText } from '../../components/RawText';
import { bytes } from '../../lib/format';
import type { StreamedText } from '../../lib/streams';
import { useThrottled } from '../../lib/useThrottled';
import { isBareJson } from './json';
import { indentJson } from './jsonText';
import { JsonView } from './JsonView';
import classes from './run.module.css';
import type { View } from './views';

/** How often JSON is indented again while it streams in, in milliseconds. */
const INDENT_EVERY_MS = 100;

/** An answer as the reader wants to see it. */
export function Answer(props: { answer: StreamedText; view: View; isDone: boolean }) {
  return (
    <div data-answer={props.view}>
      <Viewed {...props} />
    </div>
  );
}

function Viewed({ answer, view, isDone }: { answer: StreamedText; view: View; isDone: boolean }) {
  switch (view) {
    case 'raw':
      return <RawText pieces={answer.pieces} isSettled={isDone} />;
    case 'json':
      return <JsonView answer={answer} isDone={isDone} />;
    case 'markdown':
      return <Markdown answer={answer} isDone={isDone} />;
  }
}

function Markdown({ answer, isDone }: { answer: StreamedText; isDone: boolean }) {
  const [insists, setInsists] = useState(false);
  if (answer.length > MOST_MARKDOWN && !insists) {
    return (
      <>
        <Button variant="default" mb="xs" onClick={() => setInsists(true)}>
          {texts.column.showMarkdown} ({bytes(answer.known)})
        </Button>
        <RawText pieces={answer.pieces} isSettled={isDone} />
      </>
    );
  }
  // What begins like JSON is taken for it while it streams; whether it is shows at its end.
  if (/^\s*[[{]/.test(answer.start) && (!isDone || isBareJson(answer.text))) {
    return <Indented answer={answer} isDone={isDone} />;
  }
  return <ModelText source={answer} isSettled={isDone} />;
}

/** JSON with a line for each value, which stay where they are as more arrives. */
function Indented({ answer, isDone }: { answer: StreamedText; isDone: boolean }) {
  const throttled = useThrottled(answer, INDENT_EVERY_MS);
  const shown = isDone ? answer : throttled;
  const lines = useMemo(() => indentJson(shown.text), [shown]);
  return <pre className={isDone ? classes.code : `${classes.code ?? ''} ${end.inline ?? ''}`}>{lines}</pre>;
}

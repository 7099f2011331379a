import { Button, FileButton } from '@mantine/core';
import { useMemo, useState } from 'react';
import { bytes, count } from '../../lib/format';
import { notifyError } from '../../lib/notify';
import { CodeEditor } from '../content/CodeEditor';
import classes from './LargeText.module.css';
import { firstLines, linesOf, sizeOf } from './large';
import { variableTexts } from './texts';

const texts = variableTexts.inputs;
/** The largest file that a value is read from. */
const MOST_BYTES = 20_000_000;

/** A text too long for a field: folded to its size and first lines, until somebody wants to see or edit it. */
export function LargeText(props: {
  readonly name: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly isInvalid: boolean;
}) {
  const { name, text, onChange } = props;
  const [view, setView] = useState<'folded' | 'shown' | 'edited'>('folded');
  const about = useMemo(
    () => ({ size: bytes(sizeOf(text)), lines: count(linesOf(text)), first: firstLines(text) }),
    [text],
  );
  const replace = (file: File | null) => {
    if (file !== null) readText(file).then(onChange, notifyError);
  };
  const action = (label: string, name: string, onClick: () => void) => (
    <Button variant="default" size="compact-xs" aria-label={name} onClick={onClick}>
      {label}
    </Button>
  );
  return (
    <div className={classes.large}>
      <div className={classes.head}>
        <span className="num">{texts.large(about.size, about.lines)}</span>
        <span className="spacer" />
        {view === 'folded'
          ? action(texts.show, texts.showOf(name), () => setView('shown'))
          : action(texts.fold, texts.foldOf(name), () => setView('folded'))}
        {view !== 'edited' && action(texts.edit, texts.editOf(name), () => setView('edited'))}
        <FileButton onChange={replace}>
          {({ onClick }) => action(texts.replace, texts.replaceOf(name), onClick)}
        </FileButton>
      </div>
      {view === 'folded' ? (
        <pre className={classes.first}>{about.first}</pre>
      ) : (
        <CodeEditor
          framed
          language="text"
          ariaLabel={name}
          value={text}
          onChange={onChange}
          readOnly={view === 'shown'}
          maxHeight={320}
          isInvalid={props.isInvalid}
        />
      )}
    </div>
  );
}

async function readText(file: File): Promise<string> {
  if (file.size > MOST_BYTES) throw new Error(texts.tooBig(file.name));
  const data = await file.arrayBuffer().catch(() => {
    throw new Error(texts.unreadable);
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(data);
  } catch {
    throw new Error(texts.notText(file.name));
  }
}

import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import classes from './dataset.module.css';
import { datasetTexts as words } from './texts';

interface Props {
  readonly label: string;
  readonly text: string;
  /** Takes what was typed; `false` where it cannot stand there. */
  readonly onKeep: (text: string) => boolean;
  /** Goes to the next cell of the row, or the one before. */
  readonly onNext: (step: 1 | -1) => void;
  readonly onClose: () => void;
}

/** A cell while it is typed into. Enter and leaving it keep what was typed, Escape does not. */
export function CellEditor({ label, text, onKeep, onNext, onClose }: Props) {
  const [typed, setTyped] = useState(text);
  const [isWrong, setWrong] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const left = useRef(false);
  useEffect(() => box.current?.select(), []);
  const keep = (then: () => void) => {
    if (typed !== text && !onKeep(typed)) {
      setWrong(true);
      return;
    }
    left.current = true;
    then();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === 'Escape') {
      left.current = true;
      onClose();
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      keep(onClose);
    } else if (event.key === 'Tab') {
      event.preventDefault();
      keep(() => onNext(event.shiftKey ? -1 : 1));
    }
  };
  return (
    <textarea
      ref={box}
      autoFocus
      className={classes.editor}
      aria-label={label}
      aria-invalid={isWrong}
      title={isWrong ? words.cellNotJson : undefined}
      rows={typed.includes('\n') ? 4 : 1}
      spellCheck={false}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        setWrong(false);
      }}
      onKeyDown={onKeyDown}
      onClick={(event) => event.stopPropagation()}
      onBlur={() => {
        if (!left.current) keep(onClose);
      }}
    />
  );
}

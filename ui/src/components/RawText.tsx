import { memo, useMemo } from 'react';
import { splitLines } from './chunks';
import classes from './RawText.module.css';
import end from './StreamingEnd.module.css';

const Piece = memo(function Piece({ text }: { text: string }) {
  return <div className={classes.piece}>{text}</div>;
});

/** A text as it is. A long one is laid out only where it is looked at. */
export function RawText({ text, isSettled }: { text: string; isSettled: boolean }) {
  const pieces = useMemo(() => splitLines(text), [text]);
  return (
    <div className={isSettled ? classes.raw : `${classes.raw ?? ''} ${end.blocks ?? ''}`}>
      {pieces.map((piece, at) => (
        <Piece key={at} text={piece} />
      ))}
    </div>
  );
}

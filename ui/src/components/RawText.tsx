import { memo, useRef } from 'react';
import { type Near, useFar, useNear } from '../lib/useNear';
import classes from './RawText.module.css';
import end from './StreamingEnd.module.css';

/** So many pieces are all shown; of more, those near to what is looked at. */
const MOST_SHOWN = 16;
/** A guess at the height of a piece that was not shown yet, in pixels for a character. */
const HEIGHT_PER_CHARACTER = 0.35;

/** A text as it is, in its pieces. A long one is in the page only where it is looked at. */
export function RawText({ pieces, isSettled }: { pieces: readonly string[]; isSettled: boolean }) {
  const root = useRef<HTMLDivElement>(null);
  const near = useNear(root);
  const isLong = pieces.length > MOST_SHOWN;
  return (
    <div
      ref={root}
      dir="auto"
      className={isSettled ? classes.raw : `${classes.raw ?? ''} ${end.blocks ?? ''}`}
    >
      {pieces.map((piece, at) => {
        const isEnd = at === pieces.length - 1;
        return <Piece key={at} text={piece} near={near} isThere={at < 2 || isEnd} mayGo={isLong && !isEnd} />;
      })}
    </div>
  );
}

interface PieceProps {
  text: string;
  near: Near;
  /** Whether it is there at first. */
  isThere: boolean;
  mayGo: boolean;
}

const Piece = memo(function Piece({ text, near, isThere, mayGo }: PieceProps) {
  const { element, isNear, style } = useFar(near, mayGo, isThere, text.length * HEIGHT_PER_CHARACTER);
  return (
    <div ref={element} className={classes.piece} style={style}>
      {isNear ? text : null}
    </div>
  );
});

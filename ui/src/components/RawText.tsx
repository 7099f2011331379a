import { memo, useLayoutEffect, useRef, useState } from 'react';
import { type Near, useNear } from '../lib/useNear';
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
  return (
    <div
      ref={root}
      dir="auto"
      className={isSettled ? classes.raw : `${classes.raw ?? ''} ${end.blocks ?? ''}`}
    >
      {pieces.map((piece, at) =>
        pieces.length <= MOST_SHOWN || at === pieces.length - 1 ? (
          <div key={at} className={classes.piece}>
            {piece}
          </div>
        ) : (
          <FarPiece key={at} text={piece} near={near} isFirst={at < 2} />
        ),
      )}
    </div>
  );
}

/** A piece that is there while it is near, and leaves its room when it is not. */
const FarPiece = memo(function FarPiece(props: { text: string; near: Near; isFirst: boolean }) {
  const { text, near, isFirst } = props;
  const element = useRef<HTMLDivElement>(null);
  const [isNear, setIsNear] = useState(isFirst);
  const [height, setHeight] = useState(() => Math.ceil(text.length * HEIGHT_PER_CHARACTER));
  useLayoutEffect(() => {
    const own = element.current;
    if (own === null) return;
    return near.watch(own, (next) => {
      if (!next && own.textContent !== '') setHeight(own.offsetHeight);
      setIsNear(next);
    });
  }, [near]);
  return (
    <div ref={element} className={classes.piece} style={isNear ? undefined : { height }}>
      {isNear ? text : null}
    </div>
  );
});

import type { Segment } from '../../bindings/types';

/** The most lines of a piece. */
const MOST_LINES = 40;
/** The most characters of a piece, roughly: a line is cut only where it is longer. */
const MOST_TEXT = 8000;

/** A stretch of a rendered text: that of one message in pieces is drawn anew only where it changed. */
export interface Piece {
  readonly segments: readonly Segment[];
}

/** The pieces of a text, each but the last at the end of a line where there is one. None of the text is lost. */
export function piecesOf(segments: readonly Segment[]): Piece[] {
  const pieces: Piece[] = [];
  let current: Segment[] = [];
  let lines = 0;
  let length = 0;
  const cut = () => {
    pieces.push({ segments: current });
    current = [];
    lines = 0;
    length = 0;
  };
  for (const segment of segments) {
    let from = 0;
    for (let end = segment.text.indexOf('\n'); end >= 0; end = segment.text.indexOf('\n', end + 1)) {
      lines += 1;
      if (lines < MOST_LINES && length + end - from < MOST_TEXT) continue;
      current.push({ ...segment, text: segment.text.slice(from, end + 1) });
      from = end + 1;
      cut();
    }
    // A value that is empty is shown as such.
    if (from < segment.text.length || segment.text === '') {
      current.push(from === 0 ? segment : { ...segment, text: segment.text.slice(from) });
      length += segment.text.length - from;
    }
  }
  if (current.length > 0) pieces.push({ segments: current });
  return pieces;
}

/** Whether two pieces look the same; where they stand in the template is no matter. */
export function looksSame(one: Piece, other: Piece): boolean {
  return (
    one.segments.length === other.segments.length &&
    one.segments.every((segment, index) => {
      const against = other.segments[index];
      return (
        against !== undefined &&
        segment.kind === against.kind &&
        segment.text === against.text &&
        pathOf(segment) === pathOf(against)
      );
    })
  );
}

function pathOf(segment: Segment): string {
  return segment.kind === 'value' ? segment.path : '';
}

/** The variable that a value comes from; nothing where it was worked out or comes from elsewhere. */
export function variableOf(path: string): string | null {
  return /^([A-Za-z_]\w*)(?:\.|$)/.exec(path)?.[1] ?? null;
}

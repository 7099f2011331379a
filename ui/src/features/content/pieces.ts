import type { Segment } from '../../bindings/types';

/** The most lines of a piece. */
const MOST_LINES = 40;
/** The most characters of a piece, roughly: a line is cut only where it is longer. */
const MOST_TEXT = 8000;

/** A stretch of a rendered text: that of one message in pieces is drawn anew only where it changed. */
export interface Piece {
  readonly segments: readonly Segment[];
}

/** The text of a segment; a medium and the beginning of a section have none. */
export function segmentText(segment: Segment): string {
  return segment.kind === 'media' || segment.kind === 'section' ? '' : segment.text;
}

/** The segment with another text, where it has one. */
export function withText(segment: Segment, text: string): Segment {
  return segment.kind === 'media' || segment.kind === 'section' ? segment : { ...segment, text };
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
    const text = segmentText(segment);
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
      lines += 1;
      if (lines < MOST_LINES && length + end - from < MOST_TEXT) continue;
      current.push(withText(segment, text.slice(from, end + 1)));
      from = end + 1;
      cut();
    }
    // A value that is empty is shown as such.
    if (from < text.length || text === '') {
      current.push(from === 0 ? segment : withText(segment, text.slice(from)));
      length += text.length - from;
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
        segmentText(segment) === segmentText(against) &&
        pathOf(segment) === pathOf(against)
      );
    })
  );
}

function pathOf(segment: Segment): string {
  switch (segment.kind) {
    case 'value':
      return segment.path;
    case 'media':
      return segment.url;
    case 'section':
      return segment.name;
    default:
      return '';
  }
}

/** The variable that a value comes from; nothing where it was worked out or comes from elsewhere. */
export function variableOf(path: string): string | null {
  return /^([A-Za-z_]\w*)(?:\.|$)/.exec(path)?.[1] ?? null;
}

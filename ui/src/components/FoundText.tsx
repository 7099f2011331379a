import type { MatchText } from '../bindings/types';

/** A text in pieces, with the words marked that were searched for. */
export function FoundText({ text }: { text: readonly MatchText[] }) {
  return text.map(({ text: piece, found }, at) =>
    found ? <mark key={at}>{piece}</mark> : <span key={at}>{piece}</span>,
  );
}

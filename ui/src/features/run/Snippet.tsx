import type { Match, MatchPlace } from '../../bindings/types';
import { FoundText } from '../../components/FoundText';
import classes from './history.module.css';
import { runsTexts } from './runs.texts';

/** Where a run has the words that were searched for: the beginning of each place, the words marked. */
export function Snippet({ match }: { match: Match | undefined }) {
  if (match === undefined) return null;
  return (
    <>
      {match.places.map((place, at) => (
        <span key={at} className={classes.place}>
          <span className={classes.part}>{partName(place)}</span> <FoundText text={place.text} />
        </span>
      ))}
    </>
  );
}

function partName({ part, name }: MatchPlace): string {
  return name ?? runsTexts.matches[part];
}

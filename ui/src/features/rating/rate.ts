import { queries } from '../../app/live';
import type { Execution, RatingVerdict } from '../../bindings/types';
import { api } from '../../host';
import { notifyDone } from '../../lib/notify';
import { oneByOne } from '../../lib/oneByOne';
import { ratingsOf } from './mark';
import { ratingsQuery } from './queries';
import { ratingTexts } from './texts';

/** What is said of an answer: what is left out stays as it was said before. */
export interface Said {
  readonly verdict?: RatingVerdict | null;
  readonly score?: number | null;
  readonly note?: string;
}

type Rated = Pick<Execution, 'id' | 'runId'>;

/** What is said stands on what was said before, so that has to be known first. */
const inTurn = oneByOne();

/** Says something of an answer, or with `null` takes back what was said. */
export function rate(rated: Rated, said: Said | null): Promise<void> {
  return inTurn(() => say(rated, said));
}

async function say({ id, runId }: Rated, said: Said | null): Promise<void> {
  const { own } = ratingsOf(await queries.query(ratingsQuery(runId)), id);
  if (said === null) {
    if (own === undefined) return;
    await api.ratingDelete({ id });
  } else {
    const { verdict = own?.verdict ?? null, score = own?.score ?? null, note = own?.note ?? '' } = said;
    await api.ratingSet({ id, verdict, score, note });
  }
  await Promise.all([
    queries.invalidateQueries({ queryKey: ratingsQuery(runId).queryKey }),
    queries.invalidateQueries({ queryKey: ['grid', runId] }),
    queries.invalidateQueries({ queryKey: ['summary-of-run', runId] }),
  ]);
  notifyDone(said === null ? ratingTexts.takenBack : ratingTexts.saved);
}

import { getRouteApi } from '@tanstack/react-router';
import { RunScreen } from './RunScreen';

export { RunsScreen } from './RunsScreen';

const place = getRouteApi('/runs/$id');

/** The run that the address names. */
export function RunPlace() {
  const { id } = place.useParams();
  return <RunScreen key={id} runId={id} />;
}

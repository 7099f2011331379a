import { getRouteApi } from '@tanstack/react-router';
import { SuiteScreen } from './SuiteScreen';

export { SuitesScreen } from './SuitesScreen';

const place = getRouteApi('/suites/$id');

/** The suite that the address names. */
export function SuitePlace() {
  const { id } = place.useParams();
  return <SuiteScreen key={id} id={id} />;
}

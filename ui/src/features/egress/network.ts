import { queries } from '../../app/live';
import { api } from '../../host';
import { notifyError } from '../../lib/notify';
import { networkQuery } from './queries';

/** Switches all that leaves this machine off or on. */
export async function switchNetwork(offline: boolean): Promise<void> {
  try {
    queries.setQueryData(networkQuery.queryKey, await api.networkPut({ offline }));
  } catch (thrown) {
    notifyError(thrown);
    // The host may be off already: it goes off before it writes that down.
    void queries.invalidateQueries(networkQuery);
  }
}

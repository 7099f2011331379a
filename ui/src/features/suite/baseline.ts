import type { RunId, Suite } from '../../bindings/types';
import { api } from '../../host';
import { notifyUndo } from '../../lib/notify';
import { suiteTexts } from './texts';

/** Makes a run the one that later runs of its suite are compared with, which can be undone. */
export async function setBaseline(suite: Suite, run: RunId): Promise<void> {
  await api.baselinePut({ id: suite.id, run });
  notifyUndo(suiteTexts.grid.baselineSet, () => api.baselinePut({ id: suite.id, run: suite.baseline }));
}

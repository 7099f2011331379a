import type { Execution } from '../../bindings/types';
import { notifyError } from '../../lib/notify';

/** Asks into which dataset an execution goes as a case. What asks is loaded when it is needed. */
export function saveAsCase(execution: Execution): void {
  import('../dataset/SaveAsCase').then(({ openSaveAsCase }) => openSaveAsCase(execution)).catch(notifyError);
}

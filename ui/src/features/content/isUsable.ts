import { notifyError } from '../../lib/notify';
import { contentTexts } from './texts';
import { type Entered, firstUnusable } from './unusable';
import { goToField } from './wanted';

/** Whether the fields show what would be sent. Where one does not, that is told, and it is gone to. */
export function isUsable(owner: object, entered: Entered): boolean {
  const found = firstUnusable(owner, entered);
  if (found === undefined) return true;
  const [name, , message] = found;
  const hint = contentTexts.json.unusable.notSent;
  notifyError({ code: 'invalid', message, hint, retryable: false });
  goToField(owner, name);
  return false;
}

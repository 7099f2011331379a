import { modals } from '@mantine/modals';
import { queries } from '../../app/live';
import type { ProviderKeyView } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { api, toApiError } from '../../host';
import { notifyDone, notifyError, notifyUndo } from '../../lib/notify';
import { keyTexts } from './texts';

const words = keyTexts.delete;

/** Forgets a key. The name of a variable can be put back; a key that is kept here is asked about first. */
export function removeKey(key: ProviderKeyView): void {
  if (key.reference.kind === 'env') {
    void forget(key, false);
    return;
  }
  modals.openConfirmModal({
    title: words.title(key.name),
    children: words.text,
    labels: { confirm: words.confirm, cancel: words.cancel },
    confirmProps: { color: 'red.9' },
    onConfirm: () => void forget(key, false),
  });
}

async function forget(key: ProviderKeyView, force: boolean): Promise<void> {
  const { provider, id, name, reference, inUse } = key;
  try {
    await api.providerKeyDelete({ provider, key: id, force });
    await queries.invalidateQueries({ queryKey: ['providers'] });
    if (reference.kind !== 'env') notifyDone(keyTexts.removed(name));
    else {
      const env = reference.name;
      notifyUndo(keyTexts.removed(name), () =>
        api.providerKeyCreate({ provider, name, env, activate: inUse }),
      );
    }
  } catch (thrown) {
    const { code, message } = toApiError(thrown);
    if (code !== 'conflict' || force) notifyError(thrown);
    else askToForce(key, message);
  }
}

/** The place of the key is locked or gone: it can still be forgotten here. */
function askToForce(key: ProviderKeyView, message: string): void {
  modals.openConfirmModal({
    title: words.stuckTitle,
    children: <Marked text={message} />,
    labels: { confirm: words.force, cancel: words.cancel },
    confirmProps: { color: 'red.9' },
    onConfirm: () => void forget(key, true),
  });
}

import { modals } from '@mantine/modals';
import { texts } from '../../app/texts';
import { Marked } from '../../components/Notice';
import { toApiError } from '../../host';
import { notifyError } from '../../lib/notify';

/** Does what takes a prompt's name away. Where others call it as a partial, it says which and asks first. */
export async function unlessUsed(action: string, act: (force: boolean) => Promise<void>): Promise<void> {
  try {
    await act(false);
  } catch (thrown) {
    const { code, message } = toApiError(thrown);
    if (code !== 'conflict') throw thrown;
    modals.openConfirmModal({
      title: texts.uses.title,
      children: (
        <p>
          <Marked text={message} />. {texts.uses.what}
        </p>
      ),
      labels: { confirm: action, cancel: texts.actions.cancel },
      confirmProps: { color: 'red.9' },
      onConfirm: () => void act(true).catch(notifyError),
    });
  }
}

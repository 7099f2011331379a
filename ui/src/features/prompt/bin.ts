import { modals } from '@mantine/modals';
import { queries } from '../../app/live';
import type { Prompt, Purged } from '../../bindings/types';
import { api } from '../../host';
import { notifyDone, notifyError } from '../../lib/notify';
import { binTexts as texts } from './bin.texts';

function ask(title: string, text: string, confirm: string, act: () => Promise<void>): void {
  modals.openConfirmModal({
    title,
    children: text,
    labels: { confirm, cancel: texts.cancel },
    confirmProps: { color: 'red.9' },
    onConfirm: () => void act().catch(notifyError),
  });
}

async function told({ purged, kept }: Purged): Promise<void> {
  await queries.invalidateQueries({ queryKey: ['prompts'] });
  const left = kept.map(({ reason }) => reason);
  notifyDone([texts.purged(purged.length), ...left].join('. '));
}

/** Asks whether a prompt in the bin shall go for good: there is no way back. */
export function askToPurge({ id, name }: Prompt): void {
  ask(texts.title(name), texts.text, texts.confirm, async () =>
    told(await api.promptPurge({ id, confirm: name })),
  );
}

/** Asks whether all that is in the bin shall go for good, and says how much that is. */
export async function askToEmpty(): Promise<void> {
  let count = 0;
  let cursor: string | null = null;
  do {
    const page = await api.promptList({ deleted: true, cursor, limit: 1000 });
    count += page.items.length;
    cursor = page.next ?? null;
  } while (cursor !== null);
  if (count === 0) {
    notifyDone(texts.empty);
    return;
  }
  ask(texts.emptyTitle(count), texts.text, texts.confirm, async () =>
    told(await api.binEmpty({ confirm: count })),
  );
}

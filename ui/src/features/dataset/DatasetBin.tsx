import { Button, Modal, Skeleton } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useInfiniteQuery } from '@tanstack/react-query';
import { queries } from '../../app/live';
import { texts } from '../../app/texts';
import type { Dataset } from '../../bindings/types';
import { Problem } from '../../components/Notice';
import { api } from '../../host';
import { count, moment } from '../../lib/format';
import { notifyDone, notifyError } from '../../lib/notify';
import { exactMoment } from '../run/moment';
import classes from './dataset.module.css';
import { deletedDatasetsQuery } from './queries';
import { datasetTexts } from './texts';

const words = datasetTexts.bin;

async function restore({ id, name }: Dataset): Promise<void> {
  await api.datasetUndelete({ id });
  await queries.invalidateQueries({ queryKey: ['datasets'] });
  notifyDone(words.restored(name));
}

/** Asks whether a dataset shall go for good: there is no way back. */
function askToPurge({ id, name, cases, head }: Dataset): void {
  const purge = async () => {
    await api.datasetPurge({ id, confirm: name });
    await queries.invalidateQueries({ queryKey: ['datasets'] });
    notifyDone(words.purged(name));
  };
  modals.openConfirmModal({
    title: words.title(name),
    children: words.text(count(cases), head),
    labels: { confirm: words.purge, cancel: texts.actions.cancel },
    confirmProps: { color: 'red.9' },
    onConfirm: () => void purge().catch(notifyError),
  });
}

/** The datasets that were deleted. */
export function DatasetBin({ onClose }: { onClose: () => void }) {
  const bin = useInfiniteQuery(deletedDatasetsQuery);
  const items = bin.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Modal opened onClose={onClose} size="lg" title={words.label}>
      {bin.isError && <Problem error={bin.error} onRetry={() => void bin.refetch()} />}
      {bin.isPending && <Skeleton height={96} />}
      {bin.isSuccess && items.length === 0 && <p className={classes.quiet}>{words.empty}</p>}
      <table className={classes.preview} aria-label={words.label}>
        <tbody>
          {items.map((dataset) => (
            <tr key={dataset.id}>
              <th scope="row">{dataset.name}</th>
              <td>{datasetTexts.cases(count(dataset.cases), dataset.head)}</td>
              <td>
                {dataset.deletedAt !== null && (
                  <time dateTime={dataset.deletedAt} title={exactMoment(dataset.deletedAt)}>
                    {moment(dataset.deletedAt)}
                  </time>
                )}
              </td>
              <td>
                <Button
                  variant="subtle"
                  aria-label={words.restoreOf(dataset.name)}
                  onClick={() => void restore(dataset).catch(notifyError)}
                >
                  {words.restore}
                </Button>
                <Button
                  variant="subtle"
                  color="red"
                  aria-label={words.purgeOf(dataset.name)}
                  onClick={() => askToPurge(dataset)}
                >
                  {words.purge}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {bin.hasNextPage && (
        <Button variant="default" onClick={() => void bin.fetchNextPage()}>
          {words.more}
        </Button>
      )}
    </Modal>
  );
}

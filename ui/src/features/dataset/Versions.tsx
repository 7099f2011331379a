import { Button, Modal, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Problem } from '../../components/Notice';
import { count, moment } from '../../lib/format';
import { exactMoment } from '../run/moment';
import classes from './dataset.module.css';
import { datasetVersionsQuery } from './queries';
import { datasetTexts as words } from './texts';

interface Props {
  readonly id: string;
  readonly onShow: (version: number) => void;
  readonly onClose: () => void;
}

/** The versions of a dataset, newest first. */
export function Versions({ id, onShow, onClose }: Props) {
  const versions = useQuery({ ...datasetVersionsQuery(id), staleTime: 0 });
  const items = versions.data?.items ?? [];
  return (
    <Modal opened onClose={onClose} size="lg" title={words.versions}>
      {versions.isError && <Problem error={versions.error} onRetry={() => void versions.refetch()} />}
      {versions.isPending && <Skeleton height={96} />}
      <table className={classes.preview}>
        <tbody>
          {items.map(({ number, cases, note, createdAt }, at) => (
            <tr key={number}>
              <th scope="row">{words.version(number)}</th>
              <td>{words.cases(count(cases), number)}</td>
              <td title={note}>{note}</td>
              <td>
                <time dateTime={createdAt} title={exactMoment(createdAt)}>
                  {moment(createdAt)}
                </time>
              </td>
              <td>
                {at === 0 ? (
                  words.newest
                ) : (
                  <Button variant="subtle" onClick={() => onShow(number)}>
                    {words.show}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Modal>
  );
}

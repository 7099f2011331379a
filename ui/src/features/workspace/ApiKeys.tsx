import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { modals } from '@mantine/modals';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../../app/live';
import { Chip } from '../../components/Chip';
import { Marked, Problem } from '../../components/Notice';
import type { ApiKey } from '../../bindings/types';
import { api } from '../../host';
import { useCommands } from '../../lib/commands';
import { moment } from '../../lib/format';
import { notifyDone, notifyError } from '../../lib/notify';
import { NewApiKey } from './NewApiKey';
import { apiKeysQuery } from './queries';
import { workspaceTexts } from './texts';
import classes from './workspace.module.css';

const words = workspaceTexts.keys;

/** The keys that other programs call the HTTP host with. */
export function ApiKeys() {
  const keys = useQuery(apiKeysQuery);
  const [making, dialog] = useDisclosure(false);
  useCommands({ newApiKey: dialog.open });
  const items = keys.data?.items ?? [];
  return (
    <section className={classes.section} aria-labelledby="keys-title">
      <div className={classes.titleRow}>
        <h2 id="keys-title">{words.title}</h2>
        <span className="spacer" />
        <Button variant="default" leftSection={<IconPlus size={14} />} onClick={dialog.open}>
          {words.make}
        </Button>
      </div>
      <p className={classes.about}>
        <Marked text={words.text} />
      </p>
      {keys.isError && <Problem error={keys.error} onRetry={() => void keys.refetch()} />}
      {keys.isSuccess && items.length === 0 && <p className={classes.about}>{words.none}</p>}
      {items.length > 0 && <KeyTable keys={items} />}
      {making && <NewApiKey onClose={dialog.close} />}
    </section>
  );
}

function KeyTable({ keys }: { keys: ApiKey[] }) {
  const { columns } = words;
  return (
    <div className={classes.tableBox}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{columns.name}</th>
            <th scope="col">{columns.scopes}</th>
            <th scope="col">{columns.made}</th>
            <th scope="col">{columns.used}</th>
            <th scope="col">{columns.ends}</th>
            <td className={classes.noHead} />
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <KeyRow key={key.id} apiKey={key} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  const end = () => {
    modals.openConfirmModal({
      title: words.endTitle(apiKey.name),
      children: words.endText,
      labels: { confirm: words.end, cancel: words.cancel },
      confirmProps: { color: 'red.9' },
      onConfirm: () => void endKey(apiKey),
    });
  };
  return (
    <tr>
      <th scope="row">{apiKey.name}</th>
      <td>{apiKey.scopes.map((scope) => words.scope[scope]).join(', ')}</td>
      <td>{moment(apiKey.createdAt)}</td>
      <td>{apiKey.lastUsedAt === null ? words.never : moment(apiKey.lastUsedAt)}</td>
      <td>
        <Ending apiKey={apiKey} />
      </td>
      <td className={classes.action}>
        {apiKey.revokedAt === null && (
          <Button variant="subtle" color="red" aria-label={words.endOf(apiKey.name)} onClick={end}>
            {words.end}
          </Button>
        )}
      </td>
    </tr>
  );
}

function Ending({ apiKey: { revokedAt, expiresAt } }: { apiKey: ApiKey }) {
  if (revokedAt !== null) return <Chip>{`${words.ended} ${moment(revokedAt)}`}</Chip>;
  if (expiresAt === null) return words.never;
  const isOver = hasPassed(expiresAt);
  return isOver ? <Chip tone="warn">{`${words.expired} ${moment(expiresAt)}`}</Chip> : moment(expiresAt);
}

function hasPassed(timestamp: string): boolean {
  return Date.parse(timestamp) <= Date.now();
}

async function endKey({ id, name }: ApiKey): Promise<void> {
  try {
    await api.apiKeyDelete({ id });
    await queries.invalidateQueries(apiKeysQuery);
    notifyDone(words.endDone(name));
  } catch (thrown) {
    notifyError(thrown);
  }
}

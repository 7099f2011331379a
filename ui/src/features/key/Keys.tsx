import { Button, Skeleton } from '@mantine/core';
import { IconLock, IconLockOpen, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { KeyStore, ProviderView } from '../../bindings/types';
import { Problem } from '../../components/Notice';
import { useCommands } from '../../lib/commands';
import { isLocal } from './fields';
import classes from './key.module.css';
import { KeyNote } from './KeyNote';
import { KeyTable } from './KeyTable';
import { NewKey } from './NewKey';
import { keysQuery, keyStoreQuery } from './queries';
import { ReplaceKey } from './ReplaceKey';
import { keyTexts as words } from './texts';
import { lockVault, openVault } from './vault';

/** The keys of a provider: which there are, which one is used, and how it is. */
export function Keys({ provider }: { provider: ProviderView }) {
  const keys = useQuery(keysQuery(provider.id));
  const store = useQuery(keyStoreQuery);
  const [isAdding, setAdding] = useState<boolean | null>(null);
  const [replaced, setReplaced] = useState<string | null>(null);
  const items = keys.data?.items ?? [];
  const local = isLocal(provider);
  // A provider that needs a key and has none asks for it.
  const adds = isAdding ?? (keys.isSuccess && items.length === 0 && !local);
  const used = items.find(({ inUse }) => inUse);
  const known = items.find(({ id }) => id === replaced);
  const hasVault = items.some(({ reference }) => reference.kind === 'vault');
  useCommands({ addKey: () => setAdding(true) });
  return (
    <section className={classes.section} aria-labelledby="provider-keys-title">
      <div className={classes.titleRow}>
        <h2 id="provider-keys-title">{words.title}</h2>
        <span className="spacer" />
        {hasVault && store.data !== undefined && <VaultButton store={store.data} />}
        {!adds && (
          <Button variant="default" leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
            {words.add}
          </Button>
        )}
      </div>
      {keys.isError && <Problem error={keys.error} onRetry={() => void keys.refetch()} />}
      {store.isError && <Problem error={store.error} onRetry={() => void store.refetch()} />}
      {keys.isPending && <Skeleton height={64} />}
      {keys.isSuccess && items.length === 0 && (
        <p className={classes.about}>{local ? words.noneLocal : words.none}</p>
      )}
      {items.length > 0 && <KeyTable keys={items} onReplace={setReplaced} />}
      {used !== undefined && (
        <KeyNote known={used} provider={provider} onReplace={() => setReplaced(used.id)} />
      )}
      {known !== undefined && (
        <ReplaceKey key={known.id} provider={provider} known={known} onDone={() => setReplaced(null)} />
      )}
      {adds && store.data !== undefined && (
        <NewKey
          provider={provider}
          keys={items}
          store={store.data}
          onDone={() => setAdding(null)}
          onCancel={items.length === 0 && isAdding === null ? null : () => setAdding(false)}
        />
      )}
    </section>
  );
}

function VaultButton({ store: { vault } }: { store: KeyStore }) {
  if (vault === 'open') {
    return (
      <Button
        variant="subtle"
        color="gray"
        leftSection={<IconLock size={14} />}
        onClick={() => void lockVault()}
      >
        {words.vault.lock}
      </Button>
    );
  }
  return (
    <Button variant="default" leftSection={<IconLockOpen size={14} />} onClick={() => void openVault()}>
      {words.vault.unlock}
    </Button>
  );
}

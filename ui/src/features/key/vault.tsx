import { Button, Group, Stack } from '@mantine/core';
import { modals } from '@mantine/modals';
import { type SyntheticEvent, useRef, useState } from 'react';
import { queries } from '../../app/live';
import type { KeyStore, VaultState } from '../../bindings/types';
import { api, toApiError } from '../../host';
import { notifyDone, notifyError } from '../../lib/notify';
import { Marked } from '../../components/Notice';
import { keyStoreQuery } from './queries';
import { SecretField, takeSecret } from './SecretField';
import { keyTexts } from './texts';

const words = keyTexts.vault;

/** Opens the vault, or makes it where there is none; answers whether it is open then. */
export async function openVault(): Promise<boolean> {
  try {
    const { vault } = await api.keyStoreGet();
    return vault === 'open' || (await askPassphrase(vault));
  } catch (thrown) {
    notifyError(thrown);
    return false;
  }
}

/** Locks the vault. */
export async function lockVault(): Promise<void> {
  try {
    keep(await api.vaultLock());
    notifyDone(words.locked);
  } catch (thrown) {
    notifyError(thrown);
  }
}

function keep(store: KeyStore): void {
  queries.setQueryData(keyStoreQuery.queryKey, store);
  void queries.invalidateQueries({ queryKey: ['providers'] });
}

function askPassphrase(state: Exclude<VaultState, 'open'>): Promise<boolean> {
  return new Promise((resolve) => {
    const id = modals.open({
      title: state === 'absent' ? words.createTitle : words.unlockTitle,
      onClose: () => resolve(false),
      children: (
        <PassphraseForm
          isNew={state === 'absent'}
          onDone={() => {
            resolve(true);
            modals.close(id);
          }}
          onCancel={() => modals.close(id)}
        />
      ),
    });
  });
}

function PassphraseForm(props: { isNew: boolean; onDone: () => void; onCancel: () => void }) {
  const { isNew } = props;
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const again = useRef<HTMLInputElement>(null);
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (isNew && field.current?.value !== again.current?.value) {
      setProblem(words.differ);
      return;
    }
    const passphrase = takeSecret(field.current);
    takeSecret(again.current);
    setBusy(true);
    try {
      keep(await (isNew ? api.vaultCreate({ passphrase }) : api.vaultUnlock({ passphrase })));
      props.onDone();
    } catch (thrown) {
      setProblem(toApiError(thrown).message);
      field.current?.focus();
    } finally {
      setBusy(false);
    }
  };
  const typed = () => setProblem(null);
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <span>{isNew ? words.createText : words.unlockText}</span>
        <SecretField
          ref={field}
          isFirst
          label={words.passphrase}
          {...(isNew && { description: words.passphraseHint })}
          error={problem === null ? null : <Marked text={problem} />}
          onInput={typed}
        />
        {isNew && <SecretField ref={again} label={words.again} onInput={typed} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onCancel}>
            {words.cancel}
          </Button>
          <Button type="submit" loading={busy}>
            {isNew ? words.create : words.open}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

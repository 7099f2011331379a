import {
  Button,
  Checkbox,
  CopyButton,
  Group,
  Modal,
  SegmentedControl,
  Stack,
  TextInput,
} from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { queries } from '../../app/live';
import type { Scope } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { api, toApiError } from '../../host';
import { apiKeysQuery } from './queries';
import { workspaceTexts } from './texts';
import classes from './workspace.module.css';

const SCOPES: Scope[] = ['read', 'run', 'write', 'admin'];
const DAY_MS = 24 * 60 * 60 * 1000;
const words = workspaceTexts.keys;
type Expiry = keyof typeof words.expiries;
const EXPIRIES: Expiry[] = ['30', '90', '365', 'never'];

/** Makes a key and shows its secret, this once. */
export function NewApiKey({ onClose }: { onClose: () => void }) {
  const [secret, setSecret] = useState<string | null>(null);
  // A click beside the window must not lose a secret that cannot be shown again.
  const isOnlyClosedByButton = secret !== null;
  return (
    <Modal
      opened
      onClose={onClose}
      title={secret === null ? words.make : words.secretTitle}
      closeOnClickOutside={!isOnlyClosedByButton}
      closeOnEscape={!isOnlyClosedByButton}
      withCloseButton={!isOnlyClosedByButton}
    >
      {secret === null ? (
        <NewKeyForm onMade={setSecret} onClose={onClose} />
      ) : (
        <Secret secret={secret} onClose={onClose} />
      )}
    </Modal>
  );
}

function NewKeyForm({ onMade, onClose }: { onMade: (secret: string) => void; onClose: () => void }) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<Scope[]>(['read', 'run']);
  const [expiry, setExpiry] = useState<Expiry>('90');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const create = async (event: SyntheticEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const expiresAt =
        expiry === 'never' ? null : new Date(Date.now() + Number(expiry) * DAY_MS).toISOString();
      const made = await api.apiKeyCreate({ name, scopes, expiresAt });
      await queries.invalidateQueries(apiKeysQuery);
      onMade(made.secret);
    } catch (thrown) {
      setProblem(toApiError(thrown).message);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void create(event)}>
      <Stack gap="md">
        <TextInput
          data-autofocus
          label={words.name}
          description={words.nameHint}
          value={name}
          error={problem !== null && <Marked text={problem} />}
          onChange={(event) => {
            setName(event.currentTarget.value);
            setProblem(null);
          }}
        />
        <Checkbox.Group
          size="xs"
          label={words.scopes}
          value={scopes}
          onChange={(values) => setScopes(SCOPES.filter((scope) => values.includes(scope)))}
        >
          <Stack gap="xs" mt="xs">
            {SCOPES.map((scope) => (
              <Checkbox
                key={scope}
                size="xs"
                value={scope}
                label={words.scope[scope]}
                description={words.scopeHint[scope]}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        <div>
          <div id="expiry-label" className={classes.label}>
            {words.expires}
          </div>
          <SegmentedControl
            fullWidth
            aria-labelledby="expiry-label"
            value={expiry}
            onChange={(value) => setExpiry(EXPIRIES.find((known) => known === value) ?? 'never')}
            data={EXPIRIES.map((value) => ({ value, label: words.expiries[value] }))}
          />
        </div>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button type="submit" loading={busy} disabled={name.trim() === '' || scopes.length === 0}>
            {words.create}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Stack gap="md">
      <span>{words.secretText}</span>
      <pre className={classes.secret} aria-label={words.secretTitle}>
        {secret}
      </pre>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {words.done}
        </Button>
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button data-autofocus onClick={copy}>
              {copied ? words.copied : words.copy}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  );
}

import { Button, Group } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type SyntheticEvent, useState } from 'react';
import { queries } from '../../app/live';
import type { ProviderView, UpdateProvider } from '../../bindings/types';
import { api, toApiError } from '../../host';
import { notifyDone, notifyError } from '../../lib/notify';
import { useEdits } from './edits';
import { changesOf, type FieldProblems, fieldsOf, outsideOf, problemsOf, type ProviderFields } from './form';
import { ProviderForm } from './ProviderForm';
import { KeyChip } from './KeyChip';
import classes from './provider.module.css';
import { providersQuery } from './queries';
import { providerTexts } from './texts';

/** Changes or deletes a provider. */
export function EditProvider({ provider }: { provider: ProviderView }) {
  // Only what the user changed, so that a change from elsewhere shows in all other fields.
  const [edits, setEdits] = useEdits(provider.id);
  const fields = { ...fieldsOf(provider), ...edits };
  const [problems, setProblems] = useState<FieldProblems>({});
  const [busy, setBusy] = useState(false);
  const changes = changesOf(provider, fields);
  const canSave = changes !== null && Object.keys(outsideOf(fields)).length === 0;
  const change = (changed: Partial<ProviderFields>) => {
    setEdits((known) => ({ ...known, ...changed }));
    setProblems({});
  };
  const discard = () => {
    setEdits(() => ({}));
    setProblems({});
  };
  const update = async (request: UpdateProvider) => {
    setBusy(true);
    try {
      const updated = await api.providerUpdate(request);
      await queries.invalidateQueries(providersQuery);
      notifyDone(providerTexts.saved(updated.name));
      return true;
    } catch (thrown) {
      const found = problemsOf(toApiError(thrown));
      if (found === null) notifyError(thrown);
      else setProblems(found);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const save = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (changes === null || !canSave) return;
    // What was typed while it was saved stays.
    if (await update(changes)) setEdits((now) => (now === edits ? {} : now));
  };
  return (
    <section className={classes.section} aria-labelledby="provider-title">
      <div className={classes.titleRow}>
        <h2 id="provider-title">{provider.name}</h2>
        <span className={classes.quiet}>{providerTexts.kinds[provider.kind]}</span>
        <KeyChip provider={provider} />
        <span className="spacer" />
        {provider.kind !== 'dry-run' && <DeleteButton provider={provider} />}
      </div>
      <form onSubmit={(event) => void save(event)} noValidate>
        <ProviderForm kind={provider.kind} fields={fields} problems={problems} onChange={change} />
        <Group mt="lg" gap="sm">
          <Button type="submit" loading={busy} disabled={!canSave}>
            {providerTexts.save}
          </Button>
          {changes !== null && (
            <>
              <Button variant="default" onClick={discard}>
                {providerTexts.discard}
              </Button>
              <span className={classes.quiet}>{providerTexts.unsaved}</span>
            </>
          )}
        </Group>
      </form>
    </section>
  );
}

function DeleteButton({ provider }: { provider: ProviderView }) {
  const navigate = useNavigate();
  const [, setEdits] = useEdits(provider.id);
  const words = providerTexts.delete;
  const remove = async () => {
    try {
      await api.providerDelete({ id: provider.id });
      setEdits(() => ({}));
      await navigate({ to: '/settings/providers' });
      await queries.invalidateQueries(providersQuery);
      notifyDone(words.done(provider.name));
    } catch (thrown) {
      notifyError(thrown);
    }
  };
  const ask = () => {
    modals.openConfirmModal({
      title: words.title(provider.name),
      children: words.text,
      labels: { confirm: words.confirm, cancel: words.cancel },
      confirmProps: { color: 'red.9' },
      onConfirm: () => void remove(),
    });
  };
  return (
    <Button variant="subtle" color="red" leftSection={<IconTrash size={14} />} onClick={ask}>
      {words.action}
    </Button>
  );
}

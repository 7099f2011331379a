import { Button, Group, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type SyntheticEvent, useState } from 'react';
import { queries } from '../../app/live';
import { Problem } from '../../components/Notice';
import type { Preset, ProviderView } from '../../bindings/types';
import { api, toApiError } from '../../host';
import { notifyDone, notifyError } from '../../lib/notify';
import { ExternalLink } from './ExternalLink';
import { type FieldProblems, fieldsOfPreset, problemsOf, type ProviderFields } from './form';
import { problemsBefore, ProviderForm } from './ProviderForm';
import classes from './provider.module.css';
import { presetsQuery, providersQuery } from './queries';
import { providerTexts } from './texts';

/** Adds a provider: first what it starts from, then its fields. */
export function AddProvider({ providers }: { providers: ProviderView[] }) {
  const presets = useQuery(presetsQuery);
  const [chosen, setChosen] = useState<Preset | null>(null);
  const taken = providers.map(({ name }) => name);
  return (
    <section className={classes.section} aria-labelledby="add-title">
      <h2 id="add-title">{chosen === null ? providerTexts.add : chosen.title}</h2>
      {presets.isError && <Problem error={presets.error} onRetry={() => void presets.refetch()} />}
      {presets.isPending && <Skeleton height={240} />}
      {chosen === null ? (
        <>
          <p className={classes.about}>{providerTexts.addText}</p>
          <ul className={classes.presets}>
            {presets.data?.items.map((preset) => (
              <PresetCard key={preset.id} preset={preset} onChoose={() => setChosen(preset)} />
            ))}
          </ul>
        </>
      ) : (
        <NewProvider key={chosen.id} preset={chosen} taken={taken} onBack={() => setChosen(null)} />
      )}
    </section>
  );
}

function PresetCard({ preset, onChoose }: { preset: Preset; onChoose: () => void }) {
  return (
    <li className={classes.preset}>
      <div className={classes.presetText}>
        <b>{preset.title}</b>
        <span className={preset.baseUrl === null ? classes.quiet : 'mono'}>
          {preset.baseUrl ?? providerTexts.ownAddress}
        </span>
        <KeyPage preset={preset} />
      </div>
      <Button variant="default" aria-label={providerTexts.choose(preset.title)} onClick={onChoose}>
        {providerTexts.use}
      </Button>
    </li>
  );
}

function KeyPage({ preset }: { preset: Preset }) {
  if (preset.keyPage !== null) {
    return (
      <span className={classes.quiet}>
        {providerTexts.keyPage} <ExternalLink url={preset.keyPage} />
      </span>
    );
  }
  return preset.baseUrl === null ? null : <span className={classes.quiet}>{providerTexts.noKeyNeeded}</span>;
}

function NewProvider({ preset, taken, onBack }: { preset: Preset; taken: string[]; onBack: () => void }) {
  const [fields, setFields] = useState(() => fieldsOfPreset(preset, taken));
  const [problems, setProblems] = useState<FieldProblems>({});
  const [busy, setBusy] = useState(false);
  const navigate = useNavigate();
  const change = (changed: Partial<ProviderFields>) => {
    setFields((known) => ({ ...known, ...changed }));
    setProblems({});
  };
  const create = async (event: SyntheticEvent) => {
    event.preventDefault();
    const before = problemsBefore(fields);
    setProblems(before);
    if (Object.keys(before).length > 0) return;
    setBusy(true);
    try {
      const made = await api.providerCreate({
        name: fields.name,
        kind: preset.kind,
        baseUrl: fields.baseUrl === '' ? null : fields.baseUrl,
        keyEnv: fields.keyEnv === '' ? null : fields.keyEnv,
        maxConcurrent: fields.maxConcurrent === '' ? null : fields.maxConcurrent,
      });
      await queries.invalidateQueries(providersQuery);
      notifyDone(providerTexts.created(made.name));
      await navigate({ to: '/settings/providers/$id', params: { id: made.id } });
    } catch (thrown) {
      const found = problemsOf(toApiError(thrown));
      if (found === null) notifyError(thrown);
      else setProblems(found);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void create(event)} noValidate>
      <p className={classes.about}>
        <KeyPage preset={preset} />
      </p>
      <ProviderForm kind={preset.kind} fields={fields} problems={problems} onChange={change} />
      <Group mt="lg" gap="sm">
        <Button type="submit" loading={busy} disabled={fields.name === '' || fields.baseUrl === ''}>
          {providerTexts.create}
        </Button>
        <Button variant="default" onClick={onBack}>
          {providerTexts.back}
        </Button>
      </Group>
    </form>
  );
}

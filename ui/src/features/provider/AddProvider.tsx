import { Button, Group, Skeleton, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type SyntheticEvent, useState } from 'react';
import { queries } from '../../app/live';
import { Marked, Problem } from '../../components/Notice';
import type { Preset, ProviderView } from '../../bindings/types';
import { api, toApiError } from '../../host';
import { notifyDone, notifyError } from '../../lib/notify';
import { ExternalLink } from './ExternalLink';
import {
  type FieldProblems,
  fieldsOfPreset,
  LIMITS,
  outsideOf,
  problemsOf,
  type ProviderFields,
} from './form';
import { ProviderForm } from './ProviderForm';
import { FoundServers } from './FoundServers';
import { filledIn, findPresets } from './presets';
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
          {presets.data !== undefined && (
            <>
              <FoundServers providers={providers} presets={presets.data.items} />
              <Presets presets={presets.data.items} onChoose={setChosen} />
            </>
          )}
        </>
      ) : (
        <NewProvider key={chosen.id} preset={chosen} taken={taken} onBack={() => setChosen(null)} />
      )}
    </section>
  );
}

/** The presets by the names of their vendors. */
function Presets({ presets, onChoose }: { presets: Preset[]; onChoose: (preset: Preset) => void }) {
  const [search, setSearch] = useState('');
  const found = findPresets(presets, search);
  return (
    <>
      <TextInput
        className={classes.search ?? ''}
        aria-label={providerTexts.search}
        placeholder={providerTexts.search}
        leftSection={<IconSearch size={14} />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      <ul className={classes.cards} aria-label={providerTexts.vendors}>
        {found.map((preset) => (
          <li key={preset.id}>
            <PresetCard preset={preset} onChoose={() => onChoose(preset)} />
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={classes.about}>{providerTexts.noMatch}</p>}
    </>
  );
}

function PresetCard({ preset, onChoose }: { preset: Preset; onChoose: () => void }) {
  const address = preset.baseUrl ?? preset.template?.url;
  return (
    <button type="button" className={classes.card} onClick={onChoose}>
      <b>{preset.title}</b>{' '}
      <span className={address === undefined ? classes.quiet : classes.mono}>
        {address ?? providerTexts.ownAddress}
      </span>
    </button>
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
  const [part, setPart] = useState('');
  const [busy, setBusy] = useState(false);
  const navigate = useNavigate();
  const change = (changed: Partial<ProviderFields>) => {
    setFields((known) => ({ ...known, ...changed }));
    setProblems({});
  };
  const canCreate =
    fields.name !== '' && fields.baseUrl !== '' && Object.keys(outsideOf(fields)).length === 0;
  const fillIn = (value: string) => {
    setPart(value);
    if (preset.template) change({ baseUrl: filledIn(preset.template, value) });
  };
  const create = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (!canCreate) return;
    setBusy(true);
    try {
      const made = await api.providerCreate({
        name: fields.name,
        kind: preset.kind,
        baseUrl: fields.baseUrl === '' ? null : fields.baseUrl,
        ...Object.fromEntries(LIMITS.map((limit) => [limit, fields[limit] === '' ? null : fields[limit]])),
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
        {preset.note !== undefined && preset.note !== '' && (
          <>
            <Marked text={preset.note} />
            <br />
          </>
        )}
        <KeyPage preset={preset} />
      </p>
      {preset.template !== undefined && preset.template !== null && (
        <TextInput
          className={classes.part ?? ''}
          label={preset.template.label}
          description={providerTexts.partExample(preset.template.example)}
          autoComplete="off"
          spellCheck={false}
          value={part}
          onChange={(event) => fillIn(event.currentTarget.value)}
        />
      )}
      <ProviderForm
        kind={preset.kind}
        fields={fields}
        problems={problems}
        addressLike={preset.template?.url}
        onChange={change}
      />
      <Group mt="lg" gap="sm">
        <Button type="submit" loading={busy} disabled={!canCreate}>
          {providerTexts.create}
        </Button>
        <Button variant="default" onClick={onBack}>
          {providerTexts.back}
        </Button>
      </Group>
    </form>
  );
}

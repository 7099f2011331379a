import { Button, Group, Modal, SegmentedControl, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { queries } from '../../app/live';
import type { BudgetKind, BudgetView, Period } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { api, toApiError } from '../../host';
import { promptsQuery } from '../prompt/queries';
import { ModelSelect } from '../provider/ModelSelect';
import { providersQuery } from '../provider/queries';
import table from '../workspace/workspace.module.css';
import { budgetsQuery } from './queries';
import { type ScopeKind, scopeName, toAmount } from './scope';
import { budgetTexts } from './texts';

const words = budgetTexts.form;
const SCOPES: ScopeKind[] = ['workspace', 'provider', 'model', 'prompt'];
const PERIODS: Period[] = ['day', 'month', 'once'];
const KINDS: BudgetKind[] = ['hard', 'soft'];

/** Makes a budget, or changes one; what it is for stays. */
export function BudgetForm({ budget, onClose }: { budget: BudgetView | null; onClose: () => void }) {
  const [scope, setScope] = useState<string | null>(budget === null ? 'workspace' : budget.scope);
  const [period, setPeriod] = useState<Period>(budget?.period ?? 'month');
  const [cap, setCap] = useState(budget?.capUsd ?? '');
  const [kind, setKind] = useState<BudgetKind>(budget?.kind ?? 'hard');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async (event: SyntheticEvent) => {
    event.preventDefault();
    const capUsd = toAmount(cap);
    if (capUsd === null) {
      setProblem(words.notAnAmount);
      return;
    }
    setBusy(true);
    try {
      if (budget !== null) await api.budgetUpdate({ id: budget.id, period, capUsd, kind });
      else if (scope !== null) await api.budgetCreate({ scope, period, capUsd, kind });
      await queries.invalidateQueries(budgetsQuery);
      onClose();
    } catch (thrown) {
      setProblem(toApiError(thrown).message);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={budget === null ? words.make : words.edit(scopeName(budget))}>
      <form onSubmit={(event) => void save(event)}>
        <Stack gap="md">
          {budget === null && <ScopeFields onChange={setScope} />}
          <Choice
            label={words.period}
            value={period}
            onChange={setPeriod}
            all={PERIODS}
            names={budgetTexts.period}
          />
          <TextInput
            data-autofocus
            label={words.cap}
            description={<Marked text={words.capHint} />}
            inputMode="decimal"
            value={cap}
            error={problem === null ? null : <Marked text={problem} />}
            onChange={(event) => {
              setCap(event.currentTarget.value);
              setProblem(null);
            }}
          />
          <div>
            <Choice label={words.kind} value={kind} onChange={setKind} all={KINDS} names={budgetTexts.kind} />
            <p className={table.quiet}>{words.kindHint[kind]}</p>
          </div>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {words.cancel}
            </Button>
            <Button type="submit" loading={busy} disabled={scope === null || cap.trim() === ''}>
              {budget === null ? words.create : words.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Choice<Value extends string>(props: {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  all: readonly Value[];
  names: Readonly<Record<Value, string>>;
}) {
  const { label, value, onChange, all, names } = props;
  return (
    <div>
      <div className={table.label}>{label}</div>
      <SegmentedControl
        fullWidth
        aria-label={label}
        value={value}
        onChange={(chosen) => onChange(all.find((known) => known === chosen) ?? value)}
        data={all.map((known) => ({ value: known, label: names[known] }))}
      />
    </div>
  );
}

/** What a new budget is for. It tells the scope as the host takes it; none while it is not whole. */
function ScopeFields({ onChange }: { onChange: (scope: string | null) => void }) {
  const [kind, setKind] = useState<ScopeKind>('workspace');
  const [provider, setProvider] = useState<string | null>(null);
  const [model, setModel] = useState<string | null>(null);
  const providers = useQuery(providersQuery).data?.items ?? [];
  const prompts = useQuery({ ...promptsQuery({}), enabled: kind === 'prompt' }).data?.items ?? [];
  const chosen = providers.find(({ name }) => name === provider);
  const tell = (kind: ScopeKind, provider: string | null, model: string | null) => {
    setKind(kind);
    setProvider(provider);
    setModel(model);
    if (kind === 'workspace') onChange('workspace');
    else if (kind === 'provider') onChange(provider === null ? null : `provider:${provider}`);
    else if (kind === 'model') onChange(provider && model ? `model:${provider}:${model}` : null);
    else onChange(null);
  };
  return (
    <>
      <Choice
        label={words.scope}
        value={kind}
        onChange={(kind) => tell(kind, null, null)}
        all={SCOPES}
        names={words.scopes}
      />
      {(kind === 'provider' || kind === 'model') && (
        <Select
          label={words.provider}
          data={providers.map(({ name }) => name)}
          value={provider}
          onChange={(provider) => tell(kind, provider, null)}
        />
      )}
      {kind === 'model' && chosen !== undefined && (
        <ModelSelect
          provider={chosen}
          label={words.model}
          value={model}
          onChange={(model) => tell(kind, provider, model)}
        />
      )}
      {kind === 'prompt' && (
        <Select
          label={words.prompt}
          searchable
          data={prompts.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(id) => onChange(id === null ? null : `prompt:${id}`)}
        />
      )}
    </>
  );
}

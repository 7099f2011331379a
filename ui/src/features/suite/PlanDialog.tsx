import {
  Button,
  Checkbox,
  Group,
  Modal,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Stack,
  TextInput,
} from '@mantine/core';
import { IconPlayerPlayFilled } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { texts } from '../../app/texts';
import { queries } from '../../app/live';
import type { RunSuiteRequest, Suite, SuitePlan } from '../../bindings/types';
import { Marked, Problem } from '../../components/Notice';
import { api } from '../../host';
import { count, dollars, roughly } from '../../lib/format';
import { notifyError } from '../../lib/notify';
import { toAmount } from '../budget/scope';
import { budgetTexts } from '../budget/texts';
import { originTexts } from '../run/origin.texts';
import { typedValue } from '../run/sensitive';
import { firstWanted, requestOf, type Wanted, WAYS } from './choice';
import { planQuery, suiteQuery } from './queries';
import { suiteTexts } from './texts';
import { useVariables } from './useVariables';
import classes from './suite.module.css';

const words = suiteTexts.plan;

/** What a run of a suite would be, before it is started: how many executions, what they cost, and how long they take. */
export function PlanDialog({ suite, onClose }: { suite: Suite; onClose: () => void }) {
  const navigate = useNavigate();
  const [wanted, setWanted] = useState(() => firstWanted(suite));
  const [secrets, setSecrets] = useState<Record<string, unknown>>({});
  const [busy, setBusy] = useState(false);
  const change = (part: Partial<Wanted>) => setWanted((now) => ({ ...now, ...part }));
  const sensitive = useVariables(suite.spec.prompts).filter((variable) => variable.sensitive === true);
  const missing = sensitive.some(({ name, required }) => required && secrets[name] === undefined);
  const request = missing ? null : requestOf(suite, wanted, secrets);
  const plan = useQuery({ ...planQuery(request ?? NOTHING), enabled: request !== null });
  const known = request !== null && !plan.isError ? plan.data : undefined;
  const start = async () => {
    if (request === null) return;
    setBusy(true);
    try {
      const run = await api.suiteRun(request);
      void queries.invalidateQueries(suiteQuery(suite.id));
      onClose();
      await navigate({ to: '/runs/$id', params: { id: run.id } });
    } catch (thrown) {
      notifyError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={words.title(suite.name)} size={560}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <Stack>
          <CaseWays suite={suite} wanted={wanted} onChange={change} />
          <Group align="flex-start" grow>
            <NumberInput
              label={words.repeats}
              min={1}
              max={100}
              clampBehavior="strict"
              allowDecimal={false}
              value={wanted.repeats}
              onChange={(value) => change({ repeats: Math.max(1, Number(value)) })}
            />
            <Cap cap={wanted.cap} onCap={(cap) => change({ cap })} />
          </Group>
          <AnswerWays wanted={wanted} onChange={change} />
          {suite.baseline !== null && (
            <Checkbox
              label={words.stopWhenDecided}
              description={words.stopWhenDecidedHint}
              checked={wanted.stopWhenDecided}
              onChange={(event) => change({ stopWhenDecided: event.currentTarget.checked })}
            />
          )}
          {sensitive.length > 0 && <p className={classes.quiet}>{words.sensitive}</p>}
          {sensitive.map((variable) => (
            <PasswordInput
              key={variable.name}
              size="xs"
              autoComplete="off"
              label={variable.name}
              description={variable.description}
              onChange={({ currentTarget: { value } }) =>
                setSecrets((now) => ({ ...now, [variable.name]: secretOf(variable, value) }))
              }
            />
          ))}
          {plan.isError && request !== null && <Problem error={plan.error} />}
          <div role="status">
            {known === undefined ? (
              !plan.isError && (
                <p className={classes.quiet}>{request === null ? texts.none : words.working}</p>
              )
            ) : (
              <Facts plan={known} cap={wanted.cap} />
            )}
          </div>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {texts.actions.cancel}
            </Button>
            <Button
              type="submit"
              data-autofocus
              leftSection={<IconPlayerPlayFilled size={14} aria-hidden />}
              loading={busy}
              disabled={known === undefined || known.executions === 0 || plan.isPlaceholderData}
            >
              {words.start(words.executions(known?.executions ?? 0, count(known?.executions ?? 0)))}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

const NOTHING: RunSuiteRequest = { id: '' };
const REPLAYS = ['off', 'prefer', 'only'] as const;

/** A sensitive value in the type of its variable; nothing while it does not fit. */
function secretOf(variable: Parameters<typeof typedValue>[0], text: string): unknown {
  if (text === '') return undefined;
  try {
    return typedValue(variable, text);
  } catch {
    return undefined;
  }
}

function CaseWays(props: { suite: Suite; wanted: Wanted; onChange: (part: Partial<Wanted>) => void }) {
  const { suite, wanted, onChange } = props;
  const whole = (value: string | number) => (value === '' ? null : Number(value));
  const tags = [...new Set((suite.spec.cases ?? []).flatMap((own) => own.tags ?? []))];
  return (
    <Stack gap="xs">
      <SegmentedControl
        fullWidth
        aria-label={words.which}
        value={wanted.way}
        onChange={(way) => onChange({ way })}
        data={WAYS.map((value) => ({
          value,
          label: words.choices[value],
          disabled: value === 'failing' && suite.lastRun === null,
        }))}
      />
      {wanted.way === 'range' && (
        <Group grow>
          <NumberInput
            label={words.from}
            min={1}
            allowDecimal={false}
            value={wanted.from ?? ''}
            onChange={(value) => onChange({ from: whole(value) })}
          />
          <NumberInput
            label={words.to}
            min={1}
            allowDecimal={false}
            value={wanted.to ?? ''}
            onChange={(value) => onChange({ to: whole(value) })}
          />
        </Group>
      )}
      {wanted.way === 'tag' && (
        <TextInput
          label={words.tag}
          description={tags.length === 0 ? undefined : tags.join(', ')}
          value={wanted.tag}
          onChange={(event) => onChange({ tag: event.currentTarget.value })}
        />
      )}
      {wanted.way === 'sample' && (
        <NumberInput
          label={words.size}
          min={1}
          allowDecimal={false}
          value={wanted.sample}
          onChange={(value) => onChange({ sample: Math.max(1, Number(value)) })}
        />
      )}
    </Stack>
  );
}

/** Whether the models are asked, or what they said before is taken. */
function AnswerWays({
  wanted: { replay },
  onChange,
}: Pick<Parameters<typeof CaseWays>[0], 'wanted' | 'onChange'>) {
  return (
    <Stack gap="xs">
      <SegmentedControl
        fullWidth
        aria-label={originTexts.title}
        value={replay}
        onChange={(chosen) => onChange({ replay: chosen })}
        data={REPLAYS.map((value) => ({ value, label: originTexts.choices[value] }))}
      />
      <p className={classes.quiet}>{originTexts.meaning[replay]}</p>
    </Stack>
  );
}

function Cap({ cap, onCap }: { cap: string | null; onCap: (cap: string | null) => void }) {
  const [typed, setTyped] = useState(cap ?? '');
  const isWrong = typed.trim() !== '' && toAmount(typed) === null;
  return (
    <TextInput
      label={words.cap}
      placeholder={words.noCap}
      inputMode="decimal"
      value={typed}
      error={isWrong && <Marked text={budgetTexts.form.notAnAmount} />}
      onChange={({ currentTarget: { value } }) => {
        setTyped(value);
        onCap(toAmount(value));
      }}
    />
  );
}

function Facts({ plan, cap }: { plan: SuitePlan; cap: string | null }) {
  const { cases, columns, repeats, executions, estimateUsd, worstUsd, seconds } = plan;
  const isTight = cap !== null && worstUsd !== null && Number(worstUsd) > Number(cap);
  const repeated = repeats === 1 ? '' : words.repeated(repeats, count(repeats));
  return (
    <dl className={`${classes.plan ?? ''} num`} aria-label={words.facts}>
      <div data-wide>
        <dt>
          {words.cells(
            words.cases(cases, count(cases)),
            words.columns(columns.length, count(columns.length)),
            repeated,
          )}
        </dt>
        <dd>{words.executions(executions, count(executions))}</dd>
      </div>
      <div>
        <dt>{words.estimate}</dt>
        <dd>{dollars(estimateUsd)}</dd>
      </div>
      <div>
        <dt>{words.worst}</dt>
        <dd>{dollars(worstUsd)}</dd>
      </div>
      <div>
        <dt>{words.time}</dt>
        <dd>{seconds === null ? words.unknownTime : words.about(roughly(seconds * 1000))}</dd>
      </div>
      {isTight && (
        <div data-wide>
          <dt>{words.tight}</dt>
        </div>
      )}
    </dl>
  );
}

import { Button, Menu, Skeleton } from '@mantine/core';
import { IconPencil, IconPlayerStop, IconRepeat } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { Chip } from '../../components/Chip';
import { Keys } from '../../components/Keys';
import { Problem, Trouble } from '../../components/Notice';
import type { Run, RunContext, RunDetail } from '../../bindings/types';
import { api } from '../../host';
import { dollars, duration, moment } from '../../lib/format';
import { useCommands } from '../../lib/commands';
import { notifyError } from '../../lib/notify';
import { blindTexts } from '../blind/texts';
import { budgetTexts } from '../budget/texts';
import { repeatRun } from './again';
import { putContent, putInputs } from './asDraft';
import { Columns } from './Columns';
import { failuresOf, isLong, isOver } from './course';
import { ExecutionDetails } from './ExecutionDetails';
import { HeldTo } from './HeldTo';
import { Inputs } from './Inputs';
import { Origin, RegradeButton } from './Origin';
import { runQuery } from './queries';
import { RunProgress } from './RunProgress';
import { RunSteps } from './RunSteps';
import classes from './screen.module.css';
import { runsTexts } from './runs.texts';
import { outcome, totalTime, versionsOf } from './summary';

const GridScreen = lazy(() =>
  import('../suite/GridScreen').then((module) => ({ default: module.GridScreen })),
);

/** One run: what was asked, and its answers side by side, or those of a suite as a grid. */
export function RunScreen({ runId }: { runId: string }) {
  const run = useQuery(runQuery(runId));
  if (run.isError) {
    return (
      <div className={classes.problem}>
        <Problem error={run.error} onRetry={() => void run.refetch()} />
      </div>
    );
  }
  if (run.data === undefined) {
    return (
      <div className={classes.screen}>
        <div className={classes.bar}>
          <Skeleton height={20} width={280} />
        </div>
      </div>
    );
  }
  if (run.data.run.kind === 'suite') {
    return (
      <Suspense>
        <GridScreen run={run.data.run} trouble={run.data.stalled && <Stalled />} />
      </Suspense>
    );
  }
  return <Loaded detail={run.data} />;
}

function Loaded({ detail }: { detail: RunDetail }) {
  const { run } = detail;
  return (
    <section className={classes.screen} aria-labelledby="run-title">
      <Header detail={detail} />
      {detail.stalled && <Stalled />}
      {isLong(run) ? (
        <RunProgress run={run} failures={failuresOf(detail.executions)} />
      ) : (
        <HeldTo run={run} />
      )}
      <div className={classes.given}>
        <Fold title={runsTexts.run.inputs} facts={inputFacts(run.inputs)}>
          <Inputs inputs={run.inputs} />
        </Fold>
        {hasContext(run.context) && (
          <Fold title={runsTexts.run.context} facts={contextFacts(run.context)}>
            <Context context={run.context} />
          </Fold>
        )}
      </div>
      <div className={classes.columns}>
        <Columns detail={detail} />
      </div>
      <WantedExecution runId={run.id} />
    </section>
  );
}

/** Why a run stays open of which nothing is under way. */
function Stalled() {
  return (
    <div className={classes.problem}>
      <Trouble {...runsTexts.run.stalled} />
    </div>
  );
}

/** The execution that the address wants to be seen. */
function WantedExecution({ runId }: { runId: string }) {
  const navigate = useNavigate();
  const wanted = useSearch({ strict: false, select: ({ execution }: { execution?: string }) => execution });
  if (wanted === undefined) return null;
  const close = () => void navigate({ to: '/runs/$id', params: { id: runId }, search: {}, replace: true });
  return <ExecutionDetails key={wanted} executionId={wanted} onClose={close} />;
}

function Header({ detail: { run } }: { detail: RunDetail }) {
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const { text, tone } = outcome(run);
  const over = isOver(run);
  const time = totalTime(run);
  const cancel = () => {
    api.runCancel({ id: run.id }).catch(notifyError);
  };
  const repeat = async () => {
    setBusy(true);
    try {
      const again = await repeatRun(run);
      if (again !== null) await navigate({ to: '/runs/$id', params: { id: again.run.id } });
    } catch (thrown) {
      notifyError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const canBlind = over && run.variants.length > 1;
  const blind = () => void navigate({ to: '/runs/$id/blind', params: { id: run.id }, search: {} });
  useCommands({
    stop: { act: cancel, isAvailable: !over },
    blind: { act: blind, isAvailable: canBlind },
    repeat: { act: () => void repeat(), isAvailable: !busy },
  });
  return (
    <header className={classes.bar}>
      <h1 id="run-title">
        <Link
          to="/prompts/$id"
          params={{ id: run.promptId }}
          title={runsTexts.run.openPrompt(run.promptName)}
        >
          {run.promptName}
        </Link>
      </h1>
      <Chip>{versionsOf(run).join(', ')}</Chip>
      <span role="status">
        <Chip tone={tone}>{text}</Chip>
      </span>
      <Origin run={run} />
      {run.priority !== 'normal' && <Chip tone="warn">{runsTexts.run.priority[run.priority]}</Chip>}
      <span className={`${classes.facts ?? ''} num`}>
        <time dateTime={run.createdAt}>{moment(run.createdAt)}</time>
        {time !== null && <span>{duration(time)}</span>}
        <span>{costText(run)}</span>
        {run.repeats > 1 && <span>{runsTexts.repeats(run.repeats)}</span>}
      </span>
      <span className="spacer" />
      <RunSteps run={run} />
      {!over && (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={14} />}
          rightSection={<Keys of="stop" className={classes.key} />}
          onClick={cancel}
        >
          {runsTexts.run.cancel}
        </Button>
      )}
      <RegradeButton run={run} />
      {canBlind && (
        <Button variant="default" onClick={blind}>
          {blindTexts.open}
        </Button>
      )}
      <EditMenu run={run} />
      <Button leftSection={<IconRepeat size={14} />} loading={busy} onClick={() => void repeat()}>
        {runsTexts.run.repeat}
      </Button>
    </header>
  );
}

/** What it cost, and of how much where it has a cap. */
function costText({ progress, capUsd }: Run): string {
  const spent = dollars((Number(progress.costUsd) + Number(progress.rulesUsd)).toFixed(9));
  return capUsd == null ? spent : budgetTexts.run.spent(spent, dollars(capUsd));
}

/** Takes what was run back to its prompt, to work on it. */
function EditMenu({ run }: { run: Run }) {
  const navigate = useNavigate();
  const take = (put: (run: Run) => Promise<void>) => () => {
    put(run)
      .then(() => navigate({ to: '/prompts/$id', params: { id: run.promptId } }))
      .catch(notifyError);
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconPencil size={14} />}>
          {runsTexts.run.edit}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={take(putInputs)}>{runsTexts.run.useInputs}</Menu.Item>
        <Menu.Item onClick={take(putContent)}>{runsTexts.run.useContent}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Fold({ title, facts, children }: { title: string; facts: string; children: ReactNode }) {
  return (
    <details className={classes.fold}>
      <summary>
        <b>{title}</b> <span className={classes.quiet}>{facts}</span>
      </summary>
      <div className={classes.folded}>{children}</div>
    </details>
  );
}

function inputFacts(inputs: Run['inputs']): string {
  const names = Object.keys(inputs);
  return names.length === 0 ? runsTexts.run.noInputs : names.join(', ');
}

function hasContext({ messages = [], data = {} }: RunContext): boolean {
  return messages.length > 0 || Object.keys(data).length > 0;
}

function contextFacts({ messages = [], data = {} }: RunContext): string {
  const facts: string[] = [];
  if (messages.length > 0) facts.push(runsTexts.run.messages(messages.length));
  if (Object.keys(data).length > 0) facts.push(runsTexts.run.data);
  return facts.join(' · ');
}

function Context({ context: { messages = [], data = {} } }: { context: RunContext }) {
  return (
    <dl className={classes.values}>
      {messages.map((message, at) => (
        <div key={at}>
          <dt>{runsTexts.details.roles[message.role]}</dt>
          <dd>
            <pre>{message.text}</pre>
          </dd>
        </div>
      ))}
      {Object.keys(data).length > 0 && (
        <div>
          <dt className="mono">{runsTexts.run.data}</dt>
          <dd>
            <pre>{JSON.stringify(data, null, 2)}</pre>
          </dd>
        </div>
      )}
    </dl>
  );
}

import { Button, Menu, ActionIcon } from '@mantine/core';
import { IconDots, IconPlayerStop, IconRepeat } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Run } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { Keys } from '../../components/Keys';
import { api } from '../../host';
import { useCommands } from '../../lib/commands';
import { duration, moment } from '../../lib/format';
import { notifyError } from '../../lib/notify';
import { blindTexts } from '../blind/texts';
import { isOver } from '../run/course';
import { Origin, RegradeButton } from '../run/Origin';
import { runsTexts } from '../run/runs.texts';
import { RunSteps } from '../run/RunSteps';
import screen from '../run/screen.module.css';
import { outcome, totalTime } from '../run/summary';
import { setBaseline } from './baseline';
import { PlanDialog } from './PlanDialog';
import { suiteQuery } from './queries';
import { suiteTexts } from './texts';

const words = suiteTexts.grid;

/** What a run of a suite is, where it stands, and what can be done with it. */
export function GridHeader({ run }: { run: Run }) {
  const navigate = useNavigate();
  const [planned, setPlanned] = useState(false);
  const own = run.suite;
  const suite = useQuery({ ...suiteQuery(own?.id ?? ''), enabled: own != null }).data;
  const over = isOver(run);
  const { text, tone } = outcome(run);
  const time = totalTime(run);
  const isBaseline = suite?.baseline === run.id;
  const cancel = () => {
    api.runCancel({ id: run.id }).catch(notifyError);
  };
  const base = () => {
    if (suite !== undefined) setBaseline(suite, run.id).catch(notifyError);
  };
  const openSuite = () => {
    if (own != null) void navigate({ to: '/suites/$id', params: { id: own.id } });
  };
  const canBlind = over && run.variants.length > 1;
  const blind = () => void navigate({ to: '/runs/$id/blind', params: { id: run.id }, search: {} });
  const canRun = suite?.deletedAt === null;
  useCommands({
    stop: { act: cancel, isAvailable: !over },
    repeat: { act: () => setPlanned(true), isAvailable: canRun },
    run: { act: () => setPlanned(true), isAvailable: canRun && over && !planned },
    setBaseline: { act: base, isAvailable: over && suite !== undefined && !isBaseline },
    openSuite,
    blind: { act: blind, isAvailable: canBlind },
  });
  return (
    <header className={screen.bar}>
      <h1 id="run-title">
        <Link to="/suites/$id" params={{ id: own?.id ?? '' }} title={words.openSuite}>
          {own?.name ?? run.promptName}
        </Link>
      </h1>
      <span role="status">
        <Chip tone={tone}>{text}</Chip>
      </span>
      <Origin run={run} />
      {own?.stopped != null && <Chip tone="accent">{suiteTexts.comparison.chip}</Chip>}
      {isBaseline && <Chip tone="accent">{words.isBaseline}</Chip>}
      {!isBaseline && own?.baseline != null && own.baseline !== run.regraded && (
        <Link to="/runs/$id" params={{ id: own.baseline }} className={screen.chipLink}>
          <Chip tone="accent">{words.against}</Chip>
        </Link>
      )}
      <span className={`${screen.facts ?? ''} num`}>
        <time dateTime={run.createdAt}>{moment(run.createdAt)}</time>
        {time !== null && <span>{duration(time)}</span>}
        {run.repeats > 1 && <span>{runsTexts.repeats(run.repeats)}</span>}
      </span>
      <span className="spacer" />
      <RunSteps run={run} />
      {!over && (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={14} aria-hidden />}
          rightSection={<Keys of="stop" className={screen.key} />}
          onClick={cancel}
        >
          {runsTexts.run.cancel}
        </Button>
      )}
      <RegradeButton run={run} />
      {over && suite !== undefined && !isBaseline && (
        <Button variant="default" onClick={base}>
          {words.setBaseline}
        </Button>
      )}
      <Button
        leftSection={<IconRepeat size={14} aria-hidden />}
        disabled={!canRun}
        onClick={() => setPlanned(true)}
      >
        {words.again}
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={words.menu}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={openSuite}>{words.openSuite}</Menu.Item>
          {canBlind && <Menu.Item onClick={blind}>{blindTexts.open}</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      {planned && suite !== undefined && <PlanDialog suite={suite} onClose={() => setPlanned(false)} />}
    </header>
  );
}

import { Button } from '@mantine/core';
import { IconChecklist } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Metrics, Run } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { api } from '../../host';
import { useCommands } from '../../lib/commands';
import { dollars } from '../../lib/format';
import { notifyError } from '../../lib/notify';
import { isOver } from './course';
import { Fact } from './Facts';
import { exactMoment } from './moment';
import { originTexts as words } from './origin.texts';
import screen from './screen.module.css';

/** Where the answers of a run come from, where that is not from its models. */
export function Origin({ run }: { run: Run }) {
  const { replay = 'off', regraded } = run;
  return (
    <>
      {replay !== 'off' && (
        <span title={words.meaning[replay]}>
          <Chip tone="accent">{words.replay[replay]}</Chip>
        </span>
      )}
      {regraded != null && (
        <Link
          to="/runs/$id"
          params={{ id: regraded }}
          className={screen.chipLink}
          title={words.regradedMeaning}
        >
          <Chip tone="accent">{words.regraded}</Chip>
        </Link>
      )}
    </>
  );
}

/** Grades the answers of a run by the rules as they are now, and goes to what comes of it. */
export function RegradeButton({ run }: { run: Run }) {
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const regrade = async () => {
    setBusy(true);
    try {
      const { id } = await api.runRegrade({ id: run.id });
      await navigate({ to: '/runs/$id', params: { id } });
    } catch (thrown) {
      notifyError(thrown);
    } finally {
      setBusy(false);
    }
  };
  useCommands({ regrade: { act: () => void regrade(), isAvailable: isOver(run) && !busy } });
  if (!isOver(run)) return null;
  return (
    <Button
      variant="default"
      leftSection={<IconChecklist size={14} aria-hidden />}
      title={words.regradeMeaning}
      loading={busy}
      onClick={() => void regrade()}
    >
      {words.regrade}
    </Button>
  );
}

/** The call that an answer comes from which was not asked for again. */
export function ReplayedFact({ metrics: { replayed } }: { metrics: Metrics }) {
  if (replayed == null) return null;
  const { recordedAt, costUsd } = replayed;
  return <Fact name={words.recorded} value={words.recordedAt(exactMoment(recordedAt), dollars(costUsd))} />;
}

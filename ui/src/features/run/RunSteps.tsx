import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconRefresh } from '@tabler/icons-react';
import type { Run } from '../../bindings/types';
import { Keys } from '../../components/Keys';
import { api } from '../../host';
import { useCommands } from '../../lib/commands';
import { notifyError } from '../../lib/notify';
import { retryRun } from './again';
import { isOver } from './course';
import { runsTexts } from './runs.texts';
import classes from './screen.module.css';

/** Holds a run and lets it go on, and tries again what failed in it. */
export function RunSteps({ run }: { run: Run }) {
  const over = isOver(run);
  const isPaused = run.status === 'paused';
  const { failed } = run.progress;
  const pause = () => {
    (isPaused ? api.runResume({ id: run.id }) : api.runPause({ id: run.id })).catch(notifyError);
  };
  const retry = () => {
    retryRun(run).catch(notifyError);
  };
  useCommands({
    pause: { act: pause, isAvailable: !over },
    retryFailed: { act: retry, isAvailable: failed > 0 },
  });
  return (
    <>
      {!over && (
        <Button
          variant="default"
          leftSection={isPaused ? <IconPlayerPlay size={14} /> : <IconPlayerPause size={14} />}
          rightSection={<Keys of="pause" className={classes.key} />}
          onClick={pause}
        >
          {isPaused ? runsTexts.run.resume : runsTexts.run.pause}
        </Button>
      )}
      {failed > 0 && (
        <Button variant="default" leftSection={<IconRefresh size={14} />} onClick={retry}>
          {runsTexts.run.retry(failed)}
        </Button>
      )}
    </>
  );
}

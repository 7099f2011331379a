import { Button, Group } from '@mantine/core';
import { useContext } from 'react';
import type { Execution } from '../../bindings/types';
import { columnsTexts } from './columns.texts';
import { RunActionsContext } from './runActions';
import classes from './run.module.css';

/** That the answer is not all the model had to say, and where that is mended. */
export function CutNote({ execution }: { execution: Execution }) {
  const bar = useContext(RunActionsContext);
  return (
    <div className={classes.withheld} role="note">
      <b>✂ {columnsTexts.action.cut}</b>
      {bar !== null && (
        <Group gap="xs" mt="xs">
          <Button variant="default" onClick={() => bar.openParameters(execution.model)}>
            {columnsTexts.action.raiseLimit}
          </Button>
        </Group>
      )}
    </div>
  );
}

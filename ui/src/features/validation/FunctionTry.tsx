import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { FunctionTrial } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { Marked, Problem } from '../../components/Notice';
import { duration } from '../../lib/format';
import { type NewestTrial, tryOnNewest } from './newest';
import { validationTexts } from './texts';
import classes from './validation.module.css';

const words = validationTexts.function;

/** Calls a function with the newest answer of a prompt, and shows what came of it. */
export function FunctionTry({ source, promptId }: { source: string; promptId: string }) {
  const trial = useMutation({ mutationFn: () => tryOnNewest(promptId, source) });
  return (
    <div className={classes.try}>
      <Button
        variant="default"
        size="compact-sm"
        leftSection={<IconPlayerPlay size={14} aria-hidden />}
        loading={trial.isPending}
        onClick={() => trial.mutate()}
      >
        {words.try}
      </Button>
      <div role="status" className={classes.tried}>
        {trial.isPending && <span className={classes.quiet}>{words.trying}</span>}
        {trial.isError && <Problem error={trial.error} />}
        {trial.isSuccess && <Tried tried={trial.data} />}
      </div>
    </div>
  );
}

function Tried({ tried }: { tried: NewestTrial | null }) {
  if (tried === null) return <span className={classes.quiet}>{words.noAnswer}</span>;
  return (
    <>
      <div className={classes.quiet}>
        {words.triedOn(tried.model)}, {words.took(duration(tried.trial.latencyMs))}
      </div>
      <Outcome trial={tried.trial} />
    </>
  );
}

function Outcome({ trial: { result, failure } }: { trial: FunctionTrial }) {
  if (failure !== null) {
    return (
      <div>
        <Chip tone="warn">⚠ {words.problems[failure.kind]}</Chip>{' '}
        <span className={classes.wrapped}>
          <Marked text={failure.message} />
        </span>
      </div>
    );
  }
  return (
    <pre className={classes.result} tabIndex={0} aria-label={words.result}>
      {JSON.stringify(result, null, 2)}
    </pre>
  );
}

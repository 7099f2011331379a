import { Skeleton } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { queries } from '../../app/live';
import { Marked } from '../../components/Notice';
import { toApiError } from '../../host';
import { ModelChoice } from '../validation/ModelField';
import { validationTexts } from '../validation/texts';
import workspace from '../workspace/workspace.module.css';
import classes from './config.module.css';
import { judgeQuery, saveJudge } from './queries';

const words = validationTexts.judge;

/** The model that judges where a rule names none. It is kept in the workspace, not in the configuration file. */
export function JudgeSetting() {
  const judge = useQuery(judgeQuery);
  const save = useMutation({
    mutationFn: saveJudge,
    onSuccess: (model) => queries.setQueryData(judgeQuery.queryKey, model),
  });
  const error = judge.error ?? save.error;
  return (
    <div className={workspace.settings}>
      <div className={classes.row} role="group" aria-labelledby="judge">
        <div>
          <div className={classes.title} id="judge">
            {words.label}
          </div>
          <div className={workspace.quiet}>{words.hint}</div>
        </div>
        <div className={classes.control}>
          {judge.isPending ? (
            <Skeleton height={28} width={160} />
          ) : (
            <ModelChoice model={judge.data ?? null} onChange={(model) => save.mutate(model)} />
          )}
          {error !== null && (
            <div className={classes.wrong} role="alert">
              <Marked text={toApiError(error).message} />
            </div>
          )}
          {judge.data === null && <div className={workspace.quiet}>{words.none}</div>}
        </div>
      </div>
    </div>
  );
}

import { Skeleton } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { queries } from '../../app/live';
import { Marked } from '../../components/Notice';
import { toApiError } from '../../host';
import { ModelChoice } from '../validation/ModelField';
import { validationTexts } from '../validation/texts';
import workspace from '../workspace/workspace.module.css';
import classes from './config.module.css';
import { modelSettingQuery, saveModelSetting, type ModelSettingKey } from './queries';

const TEXTS = { judge: validationTexts.judge, embeddings: validationTexts.embeddings } as const;

/** A model that rules ask where they name none. It is kept in the workspace, not in the configuration file. */
export function ModelSetting({ name }: { name: ModelSettingKey }) {
  const words = TEXTS[name];
  const query = modelSettingQuery(name);
  const model = useQuery(query);
  const save = useMutation({
    mutationFn: (chosen: string | null) => saveModelSetting(name, chosen),
    onSuccess: (chosen) => queries.setQueryData(query.queryKey, chosen),
  });
  const error = model.error ?? save.error;
  return (
    <div className={workspace.settings}>
      <div className={classes.row} role="group" aria-labelledby={name}>
        <div>
          <div className={classes.title} id={name}>
            {words.label}
          </div>
          <div className={workspace.quiet}>{words.hint}</div>
        </div>
        <div className={classes.control}>
          {model.isPending ? (
            <Skeleton height={28} width={160} />
          ) : (
            <ModelChoice model={model.data ?? null} onChange={(chosen) => save.mutate(chosen)} />
          )}
          {error !== null && (
            <div className={classes.wrong} role="alert">
              <Marked text={toApiError(error).message} />
            </div>
          )}
          {model.data === null && <div className={workspace.quiet}>{words.none}</div>}
        </div>
      </div>
    </div>
  );
}

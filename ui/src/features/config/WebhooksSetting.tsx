import { Skeleton, TagsInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { queries } from '../../app/live';
import { Marked } from '../../components/Notice';
import { toApiError } from '../../host';
import { validationTexts } from '../validation/texts';
import workspace from '../workspace/workspace.module.css';
import classes from './config.module.css';
import { saveWebhooks, webhooksQuery } from './queries';

const words = validationTexts.webhooks;

/** The web services that rules may ask. A rule from elsewhere sends nothing to any other. */
export function WebhooksSetting() {
  const allowed = useQuery(webhooksQuery);
  const save = useMutation({
    mutationFn: saveWebhooks,
    onSuccess: (origins) => queries.setQueryData(webhooksQuery.queryKey, origins),
  });
  const error = allowed.error ?? save.error;
  return (
    <div className={workspace.settings}>
      <div className={classes.row} role="group" aria-labelledby="webhooks">
        <div>
          <div className={classes.title} id="webhooks">
            {words.label}
          </div>
          <div className={workspace.quiet}>{words.hint}</div>
        </div>
        <div className={classes.control}>
          {allowed.isPending ? (
            <Skeleton height={28} width={160} />
          ) : (
            <TagsInput
              aria-label={words.label}
              placeholder={words.placeholder}
              value={allowed.data ?? []}
              onChange={(origins) => save.mutate(origins)}
            />
          )}
          {error !== null && (
            <div className={classes.wrong} role="alert">
              <Marked text={toApiError(error).message} />
            </div>
          )}
          {allowed.data?.length === 0 && <div className={workspace.quiet}>{words.none}</div>}
        </div>
      </div>
    </div>
  );
}

import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ConfigProblem } from '../../bindings/types';
import { CopyIcon } from '../../components/CopyIcon';
import { Marked, Problem } from '../../components/Notice';
import workspace from '../workspace/workspace.module.css';
import classes from './config.module.css';
import { ConfigRow } from './ConfigRow';
import { ModelSetting } from './ModelSetting';
import { WebhooksSetting } from './WebhooksSetting';
import { configQuery } from './queries';
import { configTexts as words } from './texts';

/** How the engine works: every setting of the configuration file, with what is wrong in it. */
export function EngineScreen() {
  // The file may have been changed by hand, of which nobody tells.
  const config = useQuery({ ...configQuery, staleTime: 0 });
  return (
    <div className={workspace.page}>
      <h1>{words.title}</h1>
      <ModelSetting name="judge" />
      <ModelSetting name="embeddings" />
      <WebhooksSetting />
      {config.isError && <Problem error={config.error} onRetry={() => void config.refetch()} />}
      {config.isPending && <Skeleton height={480} />}
      {config.data !== undefined && (
        <>
          <div className={workspace.about}>
            {words.about}
            <div className={classes.path}>
              {config.data.path} <CopyIcon value={config.data.path} label={words.copyPath} />
            </div>
          </div>
          {config.data.problems.length > 0 && <Problems problems={config.data.problems} />}
          <div className={workspace.settings}>
            {config.data.items.map((setting) => (
              <ConfigRow
                // What somebody typed gives way to what holds now.
                key={`${setting.name} ${setting.value} ${setting.source}`}
                setting={setting}
              />
            ))}
          </div>
        </>
      )}
    </div>
  );
}

/** All that is wrong, each with its place. */
function Problems({ problems }: { problems: ConfigProblem[] }) {
  return (
    <section className={classes.problems} aria-labelledby="config-problems">
      <h2 id="config-problems">{words.problems(problems.length)}</h2>
      <ul>
        {problems.map(({ message, at }) => (
          <li key={`${at.path} ${at.line ?? 0} ${message}`}>
            <Marked text={message} /> <span className={classes.place}>{words.place(at)}</span>
          </li>
        ))}
      </ul>
      <p>{words.holdsOn}</p>
    </section>
  );
}

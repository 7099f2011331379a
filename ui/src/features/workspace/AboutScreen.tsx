import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Problem } from '../../components/Notice';
import { moment } from '../../lib/format';
import { ApiKeys } from './ApiKeys';
import { Fact } from './Fact';
import { Notices } from './Notices';
import { workspaceQuery } from './queries';
import { workspaceTexts } from './texts';
import classes from './workspace.module.css';

/** The program, the workspace it works in, and the keys for its HTTP host. */
export function AboutScreen() {
  const workspace = useQuery(workspaceQuery);
  const words = workspaceTexts.about;
  return (
    <div className={classes.page}>
      <h1>{words.title}</h1>
      {workspace.isError && <Problem error={workspace.error} onRetry={() => void workspace.refetch()} />}
      {workspace.isPending && <Skeleton height={160} />}
      {workspace.data !== undefined && (
        <dl className={`${classes.facts ?? ''} num`}>
          <Fact name={words.version}>{workspace.data.programVersion}</Fact>
          <Fact name={words.workspace}>{workspace.data.name}</Fact>
          <Fact name={words.made}>{moment(workspace.data.createdAt)}</Fact>
          <Fact name={words.owner}>{words.ownerPid(workspace.data.ownerPid)}</Fact>
          <Fact name={words.licence}>{words.licences}</Fact>
          <Notices />
        </dl>
      )}
      <ApiKeys />
    </div>
  );
}

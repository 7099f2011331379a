import { Button, Skeleton } from '@mantine/core';
import { IconFolderOpen } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { WorkspaceInfo } from '../../bindings/types';
import { CopyIcon } from '../../components/CopyIcon';
import { Marked, Problem } from '../../components/Notice';
import { host } from '../../host';
import { bytes } from '../../lib/format';
import { notifyError } from '../../lib/notify';
import { Fact } from './Fact';
import { workspaceQuery } from './queries';
import { workspaceTexts } from './texts';
import classes from './workspace.module.css';

const words = workspaceTexts.data;

/** Where the workspace lies, what it takes of the disk, and what of it is kept how long. */
export function DataScreen() {
  // What is on the disk changes without any news of it.
  const workspace = useQuery({ ...workspaceQuery, staleTime: 0 });
  return (
    <div className={classes.page}>
      <h1>{words.title}</h1>
      {workspace.isError && <Problem error={workspace.error} onRetry={() => void workspace.refetch()} />}
      {workspace.isPending && <Skeleton height={240} />}
      {workspace.data !== undefined && <Parts workspace={workspace.data} />}
      <section className={classes.section} aria-labelledby="kept-title">
        <h2 id="kept-title">{words.kept}</h2>
        <dl className={classes.facts}>
          {words.keeping.map(({ what, how }) => (
            <Fact key={what} name={what}>
              <span>
                <Marked text={how} />
              </span>
            </Fact>
          ))}
        </dl>
      </section>
    </div>
  );
}

function Parts({ workspace: { path, disk } }: { workspace: WorkspaceInfo }) {
  const { openFolder } = host;
  const total = disk.database + disk.writeAheadLog + disk.backups + disk.logs;
  return (
    <>
      <dl className={classes.facts}>
        <Fact name={words.folder}>
          <span className="mono">{path}</span>
          <CopyIcon value={path} label={words.copyPath} />
          {openFolder !== null && (
            <Button
              variant="default"
              leftSection={<IconFolderOpen size={14} aria-hidden />}
              onClick={() => void openFolder().catch(notifyError)}
            >
              {words.openFolder}
            </Button>
          )}
        </Fact>
      </dl>
      <section className={classes.section} aria-labelledby="size-title">
        <h2 id="size-title">{words.size}</h2>
        <dl className={`${classes.facts ?? ''} num`}>
          {(['database', 'writeAheadLog', 'backups', 'logs'] as const).map((part) => (
            <Fact key={part} name={words.part[part].name}>
              <b className={classes.amount}>{bytes(disk[part])}</b>
              <span className={classes.quiet}>{words.part[part].about}</span>
            </Fact>
          ))}
          <Fact name={words.total}>
            <b className={classes.amount}>{bytes(total)}</b>
            {disk.free != null && <span className={classes.quiet}>{words.free(bytes(disk.free))}</span>}
          </Fact>
        </dl>
      </section>
    </>
  );
}

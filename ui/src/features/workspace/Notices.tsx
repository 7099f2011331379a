import { Button, Modal, Skeleton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Problem } from '../../components/Notice';
import { workspaceTexts } from './texts';
import classes from './workspace.module.css';

// Made from the locked dependencies; a checkout without them has no notices to show.
const [load] = Object.values(
  import.meta.glob<string>('../../../../assets/notices.md', { query: '?raw', import: 'default' }),
);

/** The notices of what FormaOps is built from; nothing where they were not made. */
export function Notices() {
  const words = workspaceTexts.about;
  const [opened, dialog] = useDisclosure(false);
  if (load === undefined) return null;
  return (
    <div>
      <dt>{words.notices}</dt>
      <dd>
        <Button variant="default" onClick={dialog.open}>
          {words.showNotices}
        </Button>
        <Modal opened={opened} onClose={dialog.close} title={words.notices} size="xl">
          <NoticesText load={load} />
        </Modal>
      </dd>
    </div>
  );
}

function NoticesText({ load }: { load: () => Promise<string> }) {
  const notices = useQuery({ queryKey: ['notices'], queryFn: load });
  if (notices.isError) return <Problem error={notices.error} onRetry={() => void notices.refetch()} />;
  if (notices.data === undefined) return <Skeleton height={400} />;
  return <pre className={classes.notices}>{notices.data}</pre>;
}

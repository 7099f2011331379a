import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { FoundServer, ProviderView } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { notifyError } from '../../lib/notify';
import { addServer } from './addServer';
import { newServers } from './presets';
import classes from './provider.module.css';
import { presetsQuery, providersQuery, serversQuery } from './queries';
import { providerTexts } from './texts';

const words = providerTexts.first;

/** What comes next in a workspace that has no provider of the user's: a vendor's key, or a server on this machine. */
export function FirstSteps() {
  const providers = useQuery(providersQuery);
  const items = providers.data?.items;
  if (items === undefined || items.some(({ kind }) => kind !== 'dry-run')) return null;
  return <Steps providers={items} />;
}

function Steps({ providers }: { providers: ProviderView[] }) {
  const servers = useQuery(serversQuery);
  return (
    <div className={classes.first}>
      <p>
        <Marked text={words.text} />
      </p>
      <div className={classes.firstActions}>
        {newServers(servers.data?.items ?? [], providers).map((server) => (
          <AddServer key={server.baseUrl} server={server} providers={providers} />
        ))}
        <Button
          component={Link}
          to="/settings/providers"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
        >
          {providerTexts.add}
        </Button>
      </div>
    </div>
  );
}

function AddServer({ server, providers }: { server: FoundServer; providers: ProviderView[] }) {
  const navigate = useNavigate();
  const presets = useQuery(presetsQuery);
  const preset = presets.data?.items.find(({ id }) => id === server.preset);
  const add = useMutation({
    mutationFn: async () => {
      if (preset === undefined) return;
      const { id } = await addServer(server, preset, providers);
      await navigate({ to: '/settings/providers/$id', params: { id } });
    },
    onError: notifyError,
  });
  return (
    <Button
      leftSection={<IconPlus size={14} aria-hidden />}
      loading={add.isPending}
      disabled={preset === undefined}
      onClick={() => add.mutate()}
    >
      {providerTexts.found.addOf(server.title)}
    </Button>
  );
}

import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { FoundServer, ProviderView } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { newServers } from './presets';
import classes from './provider.module.css';
import { presetsQuery, providersQuery, serversQuery } from './queries';
import { providerTexts } from './texts';
import { ToProviders } from './ToProviders';
import { useAddServer } from './useAddServer';

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
        <ToProviders variant="default" />
      </div>
    </div>
  );
}

function AddServer({ server, providers }: { server: FoundServer; providers: ProviderView[] }) {
  const presets = useQuery(presetsQuery);
  const { isKnown, isAdding, add } = useAddServer(server, presets.data?.items ?? [], providers);
  return (
    <Button
      leftSection={<IconPlus size={14} aria-hidden />}
      loading={isAdding}
      disabled={!isKnown}
      onClick={add}
    >
      {providerTexts.found.addOf(server.title)}
    </Button>
  );
}

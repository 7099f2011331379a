import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { FoundServer, Preset, ProviderView } from '../../bindings/types';
import { Problem } from '../../components/Notice';
import { newServers } from './presets';
import classes from './provider.module.css';
import { serversQuery } from './queries';
import { providerTexts } from './texts';
import { useAddServer } from './useAddServer';

const words = providerTexts.found;

/** The model servers that answer on this machine, each added with one click. Opening the page looks for them. */
export function FoundServers({ providers, presets }: { providers: ProviderView[]; presets: Preset[] }) {
  const servers = useQuery(serversQuery);
  const found = newServers(servers.data?.items ?? [], providers);
  const all = servers.data?.items.length ?? 0;
  return (
    <div className={classes.found}>
      <div className={classes.titleRow}>
        <h3>{words.title}</h3>
        <span className="spacer" />
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconRefresh size={14} />}
          loading={servers.isFetching}
          onClick={() => void servers.refetch()}
        >
          {words.again}
        </Button>
      </div>
      {servers.isError && <Problem error={servers.error} onRetry={() => void servers.refetch()} />}
      {found.length > 0 && (
        <ul className={classes.presets}>
          {found.map((server) => (
            <Server key={server.baseUrl} server={server} providers={providers} presets={presets} />
          ))}
        </ul>
      )}
      {found.length === 0 && (
        <p className={classes.about} role="status">
          {servers.isPending ? words.looking : all > 0 ? words.allAdded : words.none}
        </p>
      )}
    </div>
  );
}

function Server(props: { server: FoundServer; providers: ProviderView[]; presets: Preset[] }) {
  const { server, providers, presets } = props;
  const { isKnown, isAdding, add } = useAddServer(server, presets, providers);
  return (
    <li className={classes.preset}>
      <div className={classes.presetText}>
        <b>{server.title}</b>
        <span className="mono">{server.baseUrl}</span>
        <span className={classes.quiet}>{words.models(server.models)}</span>
      </div>
      <Button aria-label={words.addOf(server.title)} loading={isAdding} disabled={!isKnown} onClick={add}>
        {words.add}
      </Button>
    </li>
  );
}

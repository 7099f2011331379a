import { Skeleton } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import { Problem } from '../../components/Notice';
import type { ProviderView } from '../../bindings/types';
import { Keys } from '../key/Keys';
import { AddProvider } from './AddProvider';
import { Connection } from './Connection';
import { EditProvider } from './EditProvider';
import { useEdits } from './edits';
import { changesOf, fieldsOf } from './form';
import { KeyChip } from './KeyChip';
import { ModelTable } from './ModelTable';
import classes from './provider.module.css';
import { providersQuery } from './queries';
import { providerTexts } from './texts';

/** The providers: their addresses and keys, and the models that they have. */
export function ProvidersScreen({ selected }: { selected?: string }) {
  const providers = useQuery(providersQuery);
  const items = providers.data?.items ?? [];
  const provider = items.find(({ id }) => id === selected);
  return (
    <div className={classes.screen}>
      <ProviderList providers={items} isLoading={providers.isPending} />
      <div className={classes.detail}>
        {providers.isError && (
          <div className={classes.section}>
            <Problem error={providers.error} onRetry={() => void providers.refetch()} />
          </div>
        )}
        {providers.isSuccess && provider === undefined && <AddProvider providers={items} />}
        {provider !== undefined && (
          <Fragment key={provider.id}>
            <EditProvider provider={provider} />
            {provider.kind !== 'dry-run' && <Keys provider={provider} />}
            {provider.kind !== 'dry-run' && <Connection provider={provider} />}
            <ModelTable provider={provider} />
          </Fragment>
        )}
      </div>
    </div>
  );
}

function ProviderList(props: { providers: ProviderView[]; isLoading: boolean }) {
  return (
    <aside className={classes.list} aria-label={providerTexts.title}>
      <div className={classes.head}>
        <h1>{providerTexts.title}</h1>
      </div>
      <ul>
        {props.isLoading && <Skeleton height={46} m="sm" width="auto" />}
        {props.providers.map((provider) => (
          <li key={provider.id}>
            <ProviderRow provider={provider} />
          </li>
        ))}
      </ul>
      <Link to="/settings/providers" className={classes.add} activeOptions={{ exact: true }}>
        <IconPlus size={14} aria-hidden /> {providerTexts.add}
      </Link>
    </aside>
  );
}

function ProviderRow({ provider }: { provider: ProviderView }) {
  const [edits] = useEdits(provider.id);
  const isChanged = changesOf(provider, { ...fieldsOf(provider), ...edits }) !== null;
  const address = provider.baseUrl ?? providerTexts.kinds[provider.kind];
  return (
    <Link to="/settings/providers/$id" params={{ id: provider.id }} className={classes.row}>
      <span className={classes.name}>{provider.name}</span>
      <KeyChip provider={provider} />
      <span className={classes.facts}>{isChanged ? `${providerTexts.unsaved} · ${address}` : address}</span>
    </Link>
  );
}

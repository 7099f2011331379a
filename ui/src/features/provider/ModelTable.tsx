import { Button, Skeleton, TextInput } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { Marked, Problem } from '../../components/Notice';
import type { CatalogueModel, ProviderView } from '../../bindings/types';
import { count } from '../../lib/format';
import { notifyDone } from '../../lib/notify';
import { EditModel } from './EditModel';
import { ModelRows } from './ModelRows';
import { askForModels } from './askForModels';
import classes from './provider.module.css';
import { modelsQuery } from './queries';
import { providerTexts } from './texts';

const MOST_SHOWN = 200;
const FILTER_FROM = 8;
const words = providerTexts.models;

/** The models of a provider with what is known of them. What is not known is said to be unknown. */
export function ModelTable({ provider }: { provider: ProviderView }) {
  const [search, setSearch] = useState('');
  const [all, setAll] = useState(false);
  const [edited, setEdited] = useState<CatalogueModel | 'new' | null>(null);
  const wanted = useDeferredValue(search).toLowerCase();
  const models = useQuery(modelsQuery(provider.name));
  const refresh = useMutation({
    mutationFn: () => askForModels(provider.name),
    onSuccess: (known) => notifyDone(words.asked(known.filter(({ listed }) => listed === 'yes').length)),
  });
  const items = models.data?.items ?? [];
  const found = items.filter(({ model, title }) => `${model} ${title ?? ''}`.toLowerCase().includes(wanted));
  const shown = all ? found : found.slice(0, MOST_SHOWN);
  return (
    <section className={classes.section} aria-labelledby="models-title">
      <div className={classes.titleRow}>
        <h2 id="models-title">
          {words.title}{' '}
          <span className={classes.quiet}>{models.data === undefined ? '' : count(items.length)}</span>
        </h2>
        <span className="spacer" />
        {items.length >= FILTER_FROM && (
          <TextInput
            aria-label={words.filter}
            placeholder={words.filter}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
        )}
        {provider.kind !== 'dry-run' && (
          <Button variant="subtle" color="gray" onClick={() => setEdited('new')}>
            {provider.ownNames ? providerTexts.edit.describeDeployment : providerTexts.edit.describe}
          </Button>
        )}
        {!provider.ownNames && (
          <Button
            variant="default"
            leftSection={<IconRefresh size={14} />}
            loading={refresh.isPending}
            onClick={() => refresh.mutate()}
          >
            {words.refresh}
          </Button>
        )}
      </div>
      {refresh.isError && <Problem error={refresh.error} onRetry={() => refresh.mutate()} />}
      {models.isLoadingError && <Problem error={models.error} onRetry={() => void models.refetch()} />}
      {models.isPending && <Skeleton height={120} />}
      {provider.ownNames && (
        <p className={classes.about}>
          <Marked text={words.ownNames(provider.name)} />
        </p>
      )}
      {models.isSuccess && items.length === 0 && !provider.ownNames && (
        <p className={classes.about}>{words.empty}</p>
      )}
      {items.length > 0 && found.length === 0 && <p className={classes.about}>{words.noMatch}</p>}
      {shown.length > 0 && <ModelRows models={shown} onEdit={setEdited} />}
      {found.length > shown.length && (
        <Button variant="subtle" onClick={() => setAll(true)}>
          {words.showAll(found.length)}
        </Button>
      )}
      {edited !== null && (
        <EditModel
          provider={provider}
          known={edited === 'new' ? null : edited}
          onClose={() => setEdited(null)}
        />
      )}
    </section>
  );
}

import { Button, Skeleton, TextInput } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { queries } from '../../app/live';
import { texts } from '../../app/texts';
import { Problem } from '../../components/Notice';
import type { CatalogueModel, Price, PriceTier, ProviderView } from '../../bindings/types';
import { api } from '../../host';
import { count } from '../../lib/format';
import { notifyDone } from '../../lib/notify';
import { perMillion, sourceName } from './price';
import classes from './provider.module.css';
import { modelsQuery } from './queries';
import { providerTexts } from './texts';

const MOST_SHOWN = 200;
const FILTER_FROM = 8;
const roundTokens = new Intl.NumberFormat('en-US', { notation: 'compact' });
const words = providerTexts.models;

/** The models of a provider with what is known of them. What is not known is said to be unknown. */
export function ModelTable({ provider }: { provider: ProviderView }) {
  const [search, setSearch] = useState('');
  const [all, setAll] = useState(false);
  const wanted = useDeferredValue(search).toLowerCase();
  const models = useQuery(modelsQuery(provider.name));
  const refresh = useMutation({
    mutationFn: () => api.modelList({ provider: provider.name, refresh: true }),
    onSuccess: (page) => {
      queries.setQueryData(modelsQuery(provider.name).queryKey, page);
      void queries.invalidateQueries({ queryKey: ['models'] });
      notifyDone(words.asked(page.items.filter(({ listed }) => listed === 'yes').length));
    },
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
        <Button
          variant="default"
          leftSection={<IconRefresh size={14} />}
          loading={refresh.isPending}
          onClick={() => refresh.mutate()}
        >
          {words.refresh}
        </Button>
      </div>
      {refresh.isError && <Problem error={refresh.error} onRetry={() => refresh.mutate()} />}
      {models.isLoadingError && <Problem error={models.error} onRetry={() => void models.refetch()} />}
      {models.isPending && <Skeleton height={120} />}
      {models.isSuccess && items.length === 0 && <p className={classes.about}>{words.empty}</p>}
      {items.length > 0 && found.length === 0 && <p className={classes.about}>{words.noMatch}</p>}
      {shown.length > 0 && <Table models={shown} />}
      {found.length > shown.length && (
        <Button variant="subtle" onClick={() => setAll(true)}>
          {words.showAll(found.length)}
        </Button>
      )}
    </section>
  );
}

function Table({ models }: { models: CatalogueModel[] }) {
  const { columns } = words;
  return (
    <div className={classes.tableBox} tabIndex={0} role="region" aria-label={words.title}>
      <table className={classes.table}>
        <caption>{words.unit}</caption>
        <thead>
          <tr>
            <th scope="col">{columns.model}</th>
            <th scope="col" className={classes.figure}>
              {columns.context}
            </th>
            <th scope="col" className={classes.figure}>
              {columns.input}
            </th>
            <th scope="col" className={classes.figure}>
              {columns.cached}
            </th>
            <th scope="col" className={classes.figure}>
              {columns.output}
            </th>
            <th scope="col">{columns.source}</th>
            <th scope="col" title={words.listedHint}>
              {columns.listed}
            </th>
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <ModelRow key={model.model} known={model} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ModelRow({ known }: { known: CatalogueModel }) {
  const { contextWindow, price, sources, title } = known;
  const source = sources.price ?? sources.contextWindow;
  const id = known.model.slice(known.model.indexOf(':') + 1);
  const hasWindow = contextWindow !== undefined && contextWindow !== null;
  return (
    <tr>
      <th scope="row">
        <span className="mono">{id}</span>
        {title !== undefined && title !== null && <span className={classes.sub}>{title}</span>}
      </th>
      <td className={classes.figure}>{hasWindow ? count(contextWindow) : <Unknown />}</td>
      <PriceCell price={price} meter="input" />
      <PriceCell price={price} meter="cachedInput" />
      <PriceCell price={price} meter="output" />
      <td className={classes.source}>
        {source === undefined || source === null ? <Unknown /> : <SourceText {...source} />}
      </td>
      <td>{known.listed === 'unknown' ? <Unknown /> : words.listed[known.listed]}</td>
    </tr>
  );
}

function Unknown() {
  return <span className={classes.quiet}>{texts.unknown}</span>;
}

/** The price of one kind of token; cached ones cost as much as others where nothing else is known. */
function PriceCell(props: { price: Price | null | undefined; meter: 'input' | 'cachedInput' | 'output' }) {
  const { price, meter } = props;
  const of = (rates: Price | PriceTier) => perMillion(rates[meter] ?? rates.input);
  return (
    <td className={classes.figure}>
      {price === undefined || price === null ? (
        <Unknown />
      ) : (
        <>
          {of(price)}
          {price.tiers?.map((tier) => (
            <span key={tier.above} className={classes.sub}>
              {words.above(roundTokens.format(tier.above), of(tier))}
            </span>
          ))}
        </>
      )}
    </td>
  );
}

function SourceText({ source, date }: { source: string; date: string }) {
  return (
    <>
      <span title={source}>{sourceName(source)}</span>
      <span className={classes.sub}>{date}</span>
    </>
  );
}

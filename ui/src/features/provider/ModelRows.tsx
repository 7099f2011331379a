import { ActionIcon } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { texts } from '../../app/texts';
import { Chip } from '../../components/Chip';
import type { CatalogueModel, Price, PriceTier } from '../../bindings/types';
import { count } from '../../lib/format';
import { abilities, idOf, isEdited } from './model';
import { perMillion, sourceName } from './price';
import classes from './provider.module.css';
import { Retirement } from './Retirement';
import { providerTexts } from './texts';

const roundTokens = new Intl.NumberFormat('en-US', { notation: 'compact' });
const words = providerTexts.models;

/** Models as rows, each with what is known of it and from where. */
export function ModelRows(props: { models: CatalogueModel[]; onEdit: (known: CatalogueModel) => void }) {
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
            <td />
          </tr>
        </thead>
        <tbody>
          {props.models.map((known) => (
            <ModelRow key={known.model} known={known} onEdit={() => props.onEdit(known)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ModelRow({ known, onEdit }: { known: CatalogueModel; onEdit: () => void }) {
  const { contextWindow, maxOutputTokens, price, sources, title, sameAs } = known;
  const source = sources.price ?? sources.contextWindow;
  const id = idOf(known.model);
  const able = abilities(known.capabilities).map((name) => providerTexts.abilities[name]);
  const hasWindow = contextWindow !== undefined && contextWindow !== null;
  return (
    <tr>
      <th scope="row">
        <span className="mono">{id}</span> <Retirement day={known.retiresOn} />
        <span className={classes.sub}>{[title ?? sameAs ?? [], ...able].flat().join(' · ')}</span>
      </th>
      <td className={classes.figure}>
        {hasWindow ? count(contextWindow) : <Unknown />}
        {maxOutputTokens !== undefined && maxOutputTokens !== null && (
          <span className={classes.sub}>{words.longest(count(maxOutputTokens))}</span>
        )}
      </td>
      <PriceCell price={price} meter="input" />
      <PriceCell price={price} meter="cachedInput" />
      <PriceCell price={price} meter="output" />
      <td className={classes.source}>
        {source === undefined || source === null ? <Unknown /> : <SourceText {...source} />}
        {isEdited(known) && <Chip tone="accent">{providerTexts.edit.mark}</Chip>}
      </td>
      <td>{known.listed === 'unknown' ? <Unknown /> : words.listed[known.listed]}</td>
      <td>
        <ActionIcon aria-label={providerTexts.edit.open(id)} onClick={onEdit}>
          <IconPencil size={14} />
        </ActionIcon>
      </td>
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

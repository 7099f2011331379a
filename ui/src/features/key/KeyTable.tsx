import { Button } from '@mantine/core';
import { queries } from '../../app/live';
import type { ProviderKeyView } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { api } from '../../host';
import { notifyDone, notifyError } from '../../lib/notify';
import { KeyStateChip } from './KeyStateChip';
import classes from './key.module.css';
import { removeKey } from './removeKey';
import { keyTexts as words } from './texts';

/** The keys of a provider as rows. */
export function KeyTable({ keys, onReplace }: { keys: ProviderKeyView[]; onReplace: (id: string) => void }) {
  const { columns } = words;
  return (
    <div className={classes.tableBox}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{columns.name}</th>
            <th scope="col">{columns.place}</th>
            <th scope="col">{columns.state}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <KeyRow key={key.id} known={key} onReplace={() => onReplace(key.id)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

async function use({ provider, id, name }: ProviderKeyView): Promise<void> {
  try {
    await api.providerKeyUse({ provider, key: id });
    await queries.invalidateQueries({ queryKey: ['providers'] });
    notifyDone(words.used(name));
  } catch (thrown) {
    notifyError(thrown);
  }
}

function KeyRow({ known, onReplace }: { known: ProviderKeyView; onReplace: () => void }) {
  const { name, reference, inUse, state } = known;
  return (
    <tr>
      <th scope="row">
        {name} {inUse && <Chip tone="accent">{words.inUse}</Chip>}
      </th>
      <td>
        {words.places[reference.kind]}
        {reference.kind === 'env' && <span className={classes.sub}>{reference.name}</span>}
      </td>
      <td>
        <KeyStateChip state={state} />
      </td>
      <td className={classes.actions}>
        {!inUse && (
          <Button variant="default" aria-label={words.useOf(name)} onClick={() => void use(known)}>
            {words.use}
          </Button>
        )}
        {reference.kind !== 'env' && (
          <Button variant="default" aria-label={words.replaceOf(name)} onClick={onReplace}>
            {words.replace}
          </Button>
        )}
        <Button
          variant="subtle"
          color="red"
          aria-label={words.removeOf(name)}
          onClick={() => removeKey(known)}
        >
          {words.remove}
        </Button>
      </td>
    </tr>
  );
}

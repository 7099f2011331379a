import { Button, Group } from '@mantine/core';
import { queries } from '../../app/live';
import type { ProviderKeyView, ProviderView } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { api } from '../../host';
import { notifyError } from '../../lib/notify';
import { noteOf } from './fields';
import classes from './key.module.css';
import { keyTexts as words } from './texts';

/** How the key in use is, and what to do about it. */
export function KeyNote(props: { known: ProviderKeyView; provider: ProviderView; onReplace: () => void }) {
  const { known, provider, onReplace } = props;
  const { state, reference } = known;
  const reattach = async (keyEnv: string) => {
    try {
      await api.providerUpdate({ id: provider.id, keyEnv });
      await queries.invalidateQueries({ queryKey: ['providers'] });
    } catch (thrown) {
      notifyError(thrown);
    }
  };
  const isKept = reference.kind !== 'env';
  const mustGive = isKept && (state === 'detached' || state === 'missing');
  return (
    <div className={state === 'found' ? classes.note : classes.warning}>
      <Marked text={noteOf(known, provider.baseUrl)} />
      {state === 'detached' && reference.kind === 'env' && (
        <Group mt="sm">
          <Button variant="default" onClick={() => void reattach(reference.name)}>
            {words.reattach}
          </Button>
        </Group>
      )}
      {mustGive && (
        <Group mt="sm">
          <Button variant="default" onClick={onReplace}>
            {words.giveAgain}
          </Button>
        </Group>
      )}
    </div>
  );
}

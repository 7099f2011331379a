import type { PromptId } from '../../bindings/types';
import { api } from '../../host';
import { notifyError } from '../../lib/notify';
import { clearAside, putAside } from './aside';
import { type Draft, Keeper } from './keeper';

/** The keepers whose work is not with the host yet: their screens may be left before it is. */
const unkept = new Map<PromptId, Keeper>();
let isWatching = false;

/**
 * The keeper of a prompt. Work that an earlier screen left behind is taken up, as it is newer than whatever the host
 * can tell.
 */
export function keeperOf(id: PromptId, start: () => { draft: Draft; isNew: boolean }): Keeper {
  watch();
  const left = unkept.get(id);
  if (left !== undefined) return left;
  const { draft, isNew } = start();
  const keeper = new Keeper(
    {
      save: (now) => api.draftPut({ id, ...now, inputs: { ...now.inputs } }),
      putAside: (now) => putAside(id, now),
      clear: () => clearAside(id),
      onFailure: notifyError,
    },
    draft,
  );
  keeper.subscribe(() => {
    if (keeper.keeping === 'kept') unkept.delete(id);
    else unkept.set(id, keeper);
  });
  if (isNew) keeper.change({});
  return keeper;
}

/** Nothing typed is lost by leaving the window: what is not kept is kept now, and nobody leaves it unasked. */
function watch(): void {
  if (isWatching) return;
  isWatching = true;
  const keepAll = () => unkept.forEach((keeper) => void keeper.keep());
  window.addEventListener('blur', keepAll);
  window.addEventListener('pagehide', () => {
    keepAll();
    unkept.forEach((keeper) => keeper.putAside());
  });
  window.addEventListener('beforeunload', (event) => {
    keepAll();
    if ([...unkept.values()].some(({ keeping }) => keeping === 'failing')) event.preventDefault();
  });
}

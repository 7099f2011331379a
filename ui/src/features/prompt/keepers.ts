import { queries } from '../../app/live';
import type { PromptDetail, PromptId } from '../../bindings/types';
import { api } from '../../host';
import { notifyError } from '../../lib/notify';
import { clearAside, putAside, withoutSecrets } from './aside';
import { type Draft, Keeper } from './keeper';
import { saving } from './ownSaves';
import { promptQuery } from './queries';

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
  const keeper: Keeper = new Keeper(
    {
      save: (now) => save(id, keeper, now),
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

/** When the host last kept what a keeper knows of, by its clock. */
const keptAt = new WeakMap<Keeper, number>();

/** Gives work to the host. With what it answers all is known of the draft: it need not be read again. */
async function save(id: PromptId, keeper: Keeper, now: Draft): Promise<void> {
  const kept = await saving(id, () => api.draftPut({ id, ...now, inputs: { ...now.inputs } }));
  const draft = { ...withoutSecrets(now), ...kept };
  keptAt.set(keeper, Date.parse(kept.updatedAt));
  queries.setQueryData(promptQuery(id).queryKey, (known) => known && { ...known, draft });
}

/** Takes up what another window has kept of the same work, but where something typed here waits: that is newer. */
export function followOthers(keeper: Keeper, { draft }: PromptDetail): void {
  if (keeper.keeping !== 'kept') return;
  const before = keptAt.get(keeper);
  const at = draft === null ? 0 : Date.parse(draft.updatedAt);
  if (before !== undefined && at <= before) return;
  keptAt.set(keeper, at);
  if (before === undefined || draft === null) return;
  const own = keeper.draft;
  // The host tells no value of a sensitive variable: those typed here stay.
  const open = withoutSecrets(own).inputs;
  const secret = Object.entries(own.inputs).filter(([name]) => !(name in open));
  const inputs = { ...draft.inputs, ...Object.fromEntries(secret) };
  keeper.take({ content: draft.content, inputs, branch: draft.branch, base: draft.base });
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

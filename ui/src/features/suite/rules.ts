import { useMemo, useSyncExternalStore } from 'react';
import { api } from '../../host';
import { Checked } from '../content/checked';
import { Calm } from '../prompt/calm';
import { emptyContent, type WorkActions } from '../prompt/desk';
import type { Draft } from '../prompt/keeper';
import type { Work } from '../prompt/useWork';
import type { SuiteKeeper } from './keepers';

/** The rules of a suite as the work on a prompt that has nothing else, which is what rules are edited in. */
export function useRules(keeper: SuiteKeeper): Work {
  const desk = useMemo(() => deskOf(keeper), [keeper]);
  const draft = useSyncExternalStore(keeper.subscribe, desk.draft);
  return useMemo(
    () => ({ ...desk.actions, ...draft, actions: desk.actions, checked: desk.checked, renaming: null }),
    [desk, draft],
  );
}

function deskOf(keeper: SuiteKeeper) {
  const draft = draftOf(keeper);
  const calm = new Calm(draft);
  keeper.subscribe(calm.changed);
  const checked = new Checked(calm, ({ content, inputs }, models) =>
    api.contentCheck({ content, inputs, models: [...models] }),
  );
  const nothing = () => undefined;
  const actions: WorkActions = {
    setContent: (change) => {
      const { validations } = change(draft().content);
      keeper.change({ spec: { ...keeper.draft.spec, validations } });
    },
    setInputs: nothing,
    rename: nothing,
    now: draft,
    keep: () => keeper.keep(),
    reset: nothing,
    goTo: nothing,
    rebase: nothing,
    takeUp: nothing,
  };
  return { draft, checked, actions };
}

/** The rules as they are now: the same thing for as long as they are the same. */
function draftOf(keeper: SuiteKeeper): () => Draft {
  let seen: Draft | null = null;
  return () => {
    const validations = keeper.draft.spec.validations ?? [];
    const isSame = seen !== null && (seen.content.validations === validations || validations.length === 0);
    if (seen !== null && isSame && seen.content.validations.length === validations.length) return seen;
    seen = { content: { ...emptyContent, validations }, inputs: {}, branch: 'main', base: null };
    return seen;
  };
}

import { queries } from '../../app/live';
import type { Suite, SuiteId } from '../../bindings/types';
import { api } from '../../host';
import { notifyUndo } from '../../lib/notify';
import { askForName } from '../version/askForName';
import { suiteQuery, suitesQuery } from './queries';
import { suiteTexts } from './texts';

const words = suiteTexts.name;

/** Asks for the name of a new suite, makes it and goes to it. */
export function askForSuite(go: (id: SuiteId) => Promise<void>): void {
  askForName({
    title: words.create,
    field: words.label,
    hint: words.hint,
    confirm: words.make,
    onAnswer: async (name) => {
      const suite = await api.suiteCreate({ name });
      queries.setQueryData(suiteQuery(suite.id).queryKey, suite);
      await go(suite.id);
    },
  });
}

/** Asks for another name of a suite. */
export function askToRename({ id, name: start }: Suite): void {
  askForName({
    title: words.rename(start),
    field: words.label,
    hint: words.hint,
    confirm: words.take,
    start,
    onAnswer: async (name) => {
      await api.suiteUpdate({ id, name });
      notifyUndo(words.renamed(name), () => api.suiteUpdate({ id, name: start }));
    },
  });
}

/** Puts a suite in the bin, which can be undone. */
export async function removeSuite({ id, name }: Suite): Promise<void> {
  await api.suiteDelete({ id });
  await queries.invalidateQueries(suitesQuery);
  notifyUndo(words.deleted(name), () => api.suiteUndelete({ id }));
}

import type { Prompt } from '../../bindings/types';
import { api } from '../../host';
import { notifyDone, notifyError, notifyUndo } from '../../lib/notify';
import { libraryTexts as texts } from './texts';

/** What can be done with several prompts at once. */
export interface Bulk {
  /** Whether it changes this one. */
  readonly changes: (prompt: Prompt) => boolean;
  readonly act: (prompt: Prompt) => Promise<unknown>;
  readonly undo: (prompt: Prompt) => Promise<unknown>;
  readonly done: (count: number) => string;
}

const undelete = ({ id }: Prompt) => api.promptUndelete({ id });
const remove = ({ id }: Prompt) => api.promptDelete({ id });

function toStatus(status: Prompt['status'], done: Bulk['done']): Bulk {
  return {
    changes: (prompt) => prompt.status !== status,
    act: ({ id }) => api.promptUpdate({ id, status }),
    undo: ({ id, status: before }) => api.promptUpdate({ id, status: before }),
    done,
  };
}

export const publishing = toStatus('published', texts.done.publish);
export const archiving = toStatus('archived', texts.done.archive);
export const removing: Bulk = { changes: () => true, act: remove, undo: undelete, done: texts.done.remove };
export const restoring: Bulk = { changes: () => true, act: undelete, undo: remove, done: texts.done.restore };

/** Gives prompts some tags and takes others away; the order does not matter, so it is no change. */
export function retagging(add: readonly string[], take: readonly string[]): Bulk {
  const tagsOf = (prompt: Prompt) =>
    [...new Set([...prompt.tags.filter((tag) => !take.includes(tag)), ...add])].toSorted();
  return {
    changes: (prompt) => tagsOf(prompt).join('\n') !== prompt.tags.toSorted().join('\n'),
    act: (prompt) => api.promptUpdate({ id: prompt.id, tags: tagsOf(prompt) }),
    undo: ({ id, tags }) => api.promptUpdate({ id, tags }),
    done: texts.done.retag,
  };
}

/** How many requests are on their way at once. */
const AT_ONCE = 8;

/** Does it with each, and answers those with which it was done; what went wrong first is told, and ends it. */
async function withEach(prompts: readonly Prompt[], act: Bulk['act']): Promise<Prompt[]> {
  const done: Prompt[] = [];
  for (let at = 0; at < prompts.length; at += AT_ONCE) {
    const some = prompts.slice(at, at + AT_ONCE);
    const results = await Promise.allSettled(some.map(act));
    done.push(...some.filter((_, place) => results[place]?.status === 'fulfilled'));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) {
      notifyError(failed.reason);
      break;
    }
  }
  return done;
}

/** Does it with all prompts that it changes, as one act that can be undone; answers those. */
export async function doAll(prompts: readonly Prompt[], bulk: Bulk): Promise<Prompt[]> {
  const wanted = prompts.filter(bulk.changes);
  if (wanted.length === 0) {
    notifyDone(texts.nothing);
    return [];
  }
  const done = await withEach(wanted, bulk.act);
  if (done.length > 0) notifyUndo(bulk.done(done.length), () => withEach(done, bulk.undo));
  return done;
}

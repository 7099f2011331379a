import type { Draft, PutDraft, Run } from '../../bindings/types';
import { queries } from '../../app/live';
import { api } from '../../host';
import { notifyUndo } from '../../lib/notify';
import { promptQuery } from '../prompt/queries';
import { reopen } from '../prompt/reopen';
import { runsTexts } from './runs.texts';

/** Puts the inputs of a run into the draft of its prompt. Sensitive values were not kept, so they stay out. */
export async function putInputs(run: Run): Promise<void> {
  const { content } = await version(run);
  const sensitive = new Set(
    content.variables.filter((variable) => variable.sensitive).map(({ name }) => name),
  );
  const inputs = Object.fromEntries(Object.entries(run.inputs).filter(([name]) => !sensitive.has(name)));
  await change(run, (draft) => ({ ...draft, inputs }), runsTexts.run.inputsUsed);
}

/** Opens what the run ran as the draft of its prompt. */
export async function putContent(run: Run): Promise<void> {
  const { content } = await version(run);
  const { head } = await api.promptGet({ id: run.promptId });
  // It is saved on top of what is newest now, whatever version ran.
  await change(run, (draft) => ({ ...draft, content, base: head?.id ?? null }), runsTexts.run.contentUsed);
}

function version(run: Run) {
  return api.versionGet({ id: run.promptId, version: run.variants[0]?.versionId ?? '' });
}

/** Changes the draft, or what would be one, and offers to take it back. */
async function change(run: Run, to: (draft: PutDraft) => PutDraft, done: string): Promise<void> {
  const id = run.promptId;
  const { draft, head } = await api.promptGet({ id });
  const content = draft?.content ?? head?.content ?? (await version(run)).content;
  await put(to({ id, content, inputs: draft?.inputs ?? {}, base: draft?.base ?? head?.id ?? null }));
  notifyUndo(done, () => takeBack(id, draft));
}

async function takeBack(id: string, before: Draft | null): Promise<void> {
  if (before === null) {
    await api.draftDelete({ id });
    await show(id);
  } else {
    const { content, inputs, branch, base } = before;
    await put({ id, content, inputs, branch, base });
  }
}

async function put(draft: PutDraft): Promise<void> {
  await api.draftPut(draft);
  await show(draft.id);
}

/** Shows the draft as it is now, also where its prompt is open. */
async function show(id: string): Promise<void> {
  await queries.invalidateQueries({ queryKey: promptQuery(id).queryKey, refetchType: 'all' });
  reopen(id);
}

import { queries } from '../../app/live';
import type { Prompt, Version, VersionEntry } from '../../bindings/types';
import { api } from '../../host';
import { notifyDone, notifyError, notifyUndo } from '../../lib/notify';
import type { Work } from '../prompt/useWork';
import { versionTexts as texts } from './texts';

/** What of a version is needed to name it. */
type Named = Pick<VersionEntry, 'id' | 'number'>;

/** A version as people call it: its number, or the first digits of its hash. */
export function nameOf({ id, number }: Named): string {
  return number === null ? id.slice(0, 16) : texts.version(number);
}

async function read(prompt: string): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: ['versions', prompt] }),
    queries.invalidateQueries({ queryKey: ['prompt', prompt] }),
  ]);
}

/** Points a label to a version; undoing it points it back, or takes it away. */
export async function label(prompt: Prompt, name: string, version: VersionEntry): Promise<void> {
  const id = prompt.id;
  const { from } = await api.labelPut({ id, name, version: version.id });
  await read(id);
  if (from === version.id) return;
  const before = from === null ? null : nameOf(await api.versionGet({ id, version: from }));
  notifyUndo(texts.labelled(name, before, nameOf(version)), () =>
    from === null
      ? api.labelDelete({ id, name })
      : api.labelPut({ id, name, version: from, expected: version.id }),
  );
}

/** Takes a label away. */
export async function removeLabel(prompt: Prompt, name: string): Promise<void> {
  const id = prompt.id;
  const { version } = await api.labelDelete({ id, name });
  await read(id);
  notifyUndo(texts.unlabelled(name), () => api.labelPut({ id, name, version }));
}

/** Gives a version other tags. */
export async function tag(prompt: Prompt, version: VersionEntry, tags: string[]): Promise<void> {
  await api.versionUpdate({ id: prompt.id, version: version.id, tags });
  await read(prompt.id);
}

/** Makes a branch at a version and goes there. Undoing it goes back and takes it away. */
export async function branchFrom(prompt: Prompt, work: Work, name: string, at: VersionEntry): Promise<void> {
  const id = prompt.id;
  await work.keep();
  await api.branchPut({ id, name, version: at.id, expected: null });
  const before = work.now();
  const { content } = await api.versionGet({ id, version: at.id });
  work.goTo(name, content, at.id);
  await work.keep();
  await read(id);
  notifyUndo(texts.branched(name, nameOf(at)), async () => {
    work.goTo(before.branch, before.content, before.base);
    await work.keep();
    await api.branchDelete({ id, name });
    await read(id);
  });
}

/** Goes to the newest version of a branch. Undoing it brings the work back as it was. */
export async function goToBranch(prompt: Prompt, work: Work, name: string): Promise<void> {
  await work.keep();
  const before = work.now();
  const head: Version = await api.versionGet({ id: prompt.id, version: name });
  work.goTo(name, head.content, head.id);
  notifyUndo(texts.switched(name), () => {
    work.goTo(before.branch, before.content, before.base);
    return Promise.resolve();
  });
}

/** Deletes a branch; its versions stay. */
export async function removeBranch(prompt: Prompt, name: string): Promise<void> {
  const id = prompt.id;
  const { version } = await api.branchDelete({ id, name });
  await read(id);
  notifyUndo(texts.branchDeleted(name), () => api.branchPut({ id, name, version }));
}

/** Copies what names a version everywhere: `NAME@v12`. */
export function copyReference(prompt: Prompt, version: VersionEntry): void {
  const reference = `${prompt.name}@${nameOf(version)}`;
  navigator.clipboard.writeText(reference).then(() => notifyDone(texts.copied(reference)), notifyError);
}

/** Restores a version on the branch of the work, and offers to bring back the newest one and the work as they were. */
export async function restore(prompt: Prompt, work: Work, version: VersionEntry): Promise<void> {
  const { content, branch } = work.now();
  const id = prompt.id;
  try {
    await work.keep();
    const head = await api.versionGet({ id, version: branch });
    const restored = await api.versionRestore({ id, version: version.id, branch });
    work.reset(restored.content, restored.id);
    notifyUndo(texts.restored(nameOf(version)), async () => {
      const previous = await api.versionRestore({ id, version: head.id, branch });
      work.reset(content, previous.id);
    });
  } catch (error) {
    notifyError(error);
  }
}

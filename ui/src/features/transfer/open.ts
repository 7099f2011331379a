const IMPORT = 'formaops:import';
const EXPORT = 'formaops:export';

/** Asks for files to import, from wherever the reader is. */
export function openImport(): void {
  window.dispatchEvent(new CustomEvent(IMPORT));
}

/** Asks how a prompt is exported, or all of them. */
export function openExport(prompt: ToExport | null = null): void {
  window.dispatchEvent(new CustomEvent<ToExport | null>(EXPORT, { detail: prompt }));
}

/** A prompt that is to be exported. */
export interface ToExport {
  readonly id: string;
  readonly name: string;
}

/** Listens for both, and answers what takes the listeners away. */
export function onTransfer(doImport: () => void, doExport: (prompt: ToExport | null) => void): () => void {
  const exporting = (event: Event) => doExport((event as CustomEvent<ToExport | null>).detail);
  window.addEventListener(IMPORT, doImport);
  window.addEventListener(EXPORT, exporting);
  return () => {
    window.removeEventListener(IMPORT, doImport);
    window.removeEventListener(EXPORT, exporting);
  };
}

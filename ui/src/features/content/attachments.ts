import type { Attachment } from '../../bindings/types';
import { contentTexts } from './texts';

const texts = contentTexts.attachments;

/** The most bytes of a file, as the host has it too: what is larger need not be read first. */
const MOST_BYTES = 20_000_000;
/** The most files of a message. */
const MOST_OF_MESSAGE = 16;

/** Whether an attachment is a picture that a page can show. An SVG is a document, and stays a file here. */
export function isPicture({ mediaType }: Attachment): boolean {
  return mediaType.startsWith('image/') && mediaType !== 'image/svg+xml';
}

/** The name of a place without the folders that some systems put before it. */
export function fileName(name: string): string {
  return name.split(/[/\\]/).at(-1) ?? name;
}

/** Why files cannot be attached to a message that has some already. */
export function refusal(files: readonly File[], attached: number): string | null {
  const large = files.find(({ size }) => size > MOST_BYTES);
  if (large !== undefined) return texts.tooLarge(fileName(large.name));
  const empty = files.find(({ size }) => size === 0);
  if (empty !== undefined) return texts.empty(fileName(empty.name));
  return attached + files.length > MOST_OF_MESSAGE ? texts.tooMany(MOST_OF_MESSAGE) : null;
}

/** What is in a file, in base 64. */
export function toBase64(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => {
      reject(reader.error ?? new Error(texts.unreadable));
    };
    reader.onload = () => {
      // A data URL: what stands behind its first comma.
      const url = typeof reader.result === 'string' ? reader.result : '';
      resolve(url.slice(url.indexOf(',') + 1));
    };
    reader.readAsDataURL(file);
  });
}

/** The files of a paste. Where there is text as well, as from a table, the text is meant. */
export function pastedFiles(clipboard: DataTransfer): File[] {
  return clipboard.types.includes('text/plain') ? [] : [...clipboard.files];
}

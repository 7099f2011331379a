import { queryOptions } from '@tanstack/react-query';
import type { Attachment } from '../../bindings/types';
import { api } from '../../host';
import { fileName, toBase64 } from './attachments';

/** The bytes of an attachment, in base 64. They never change: the hash is their name. */
export const attachmentQuery = (hash: string) =>
  queryOptions({
    queryKey: ['attachment', hash],
    queryFn: () => api.attachmentGet({ hash }),
    staleTime: Infinity,
  });

/** Keeps a file with the host, which finds out what kind it is. */
export async function keepFile(file: File): Promise<Attachment> {
  return api.attachmentCreate({ name: fileName(file.name), data: await toBase64(file) });
}

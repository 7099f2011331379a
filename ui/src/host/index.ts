import { client } from '../bindings/client';
import type { Host } from './host';
import { HttpHost } from './http';
import { TauriHost } from './tauri';

export { HostError, toApiError } from './host';

/** What the page runs in. */
export const host: Host & { logIn?: HttpHost['logIn'] } =
  '__TAURI_INTERNALS__' in window ? new TauriHost() : new HttpHost();

/** Every operation of the host. */
export const api = client(host);

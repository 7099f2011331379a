import type { ApiError, Event } from '../bindings/types';
import { type Host, HostError, isApiError } from './host';

const STORAGE_KEY = 'formaops.bearer';
const RETRY_MS = [500, 1000, 2000, 5000];

/** The request for an operation: fields of the path in it, the rest as query or body. */
export function toRequest(method: string, path: string, request: object): { url: string; body?: string } {
  const rest: Record<string, unknown> = { ...request };
  const url = path.replace(/\{(\w+)\}/g, (_, field: string) => {
    const value = rest[field];
    Reflect.deleteProperty(rest, field);
    return encodeURIComponent(String(value));
  });
  if (method === 'POST' || method === 'PUT') return { url, body: JSON.stringify(rest) };
  const query = new URLSearchParams();
  for (const [field, value] of Object.entries(rest)) {
    if (value === undefined || value === null) continue;
    query.set(field, typeof value === 'string' ? value : JSON.stringify(value));
  }
  const text = query.toString();
  return { url: text === '' ? url : `${url}?${text}` };
}

/** The messages of a stream of server-sent events, as their data. */
export function* takeMessages(buffer: { text: string }): Generator<string> {
  for (;;) {
    const end = buffer.text.indexOf('\n\n');
    if (end < 0) return;
    const message = buffer.text.slice(0, end);
    buffer.text = buffer.text.slice(end + 2);
    if (message.startsWith('data: ')) yield message.slice('data: '.length);
  }
}

const lostHost: ApiError = {
  code: 'disconnected',
  message: 'FormaOps does not answer',
  hint: 'Check that `formaops serve` is still running.',
  retryable: true,
};

const noLogin: ApiError = {
  code: 'unauthenticated',
  message: 'This page is not logged in',
  retryable: false,
};

/** The one-time token of an address, such as `http://127.0.0.1:4173/#t=…`. */
function tokenOf(hash: string): string | null {
  return new URLSearchParams(hash.slice(1)).get('t');
}

/** `formaops serve`, reached from the page it serves. */
export class HttpHost implements Host {
  readonly kind = 'browser';
  readonly setZoom = null;
  readonly toggleFullScreen = null;
  readonly openFolder = null;
  private bearer = sessionStorage.getItem(STORAGE_KEY) ?? '';
  private login: Promise<void> | undefined;
  private onLoggedOut: () => void = () => undefined;

  /**
   * Swaps the one-time token of the address for a login, or takes up the login that this tab has.
   * Calls `onLoggedOut` once the host knows it no more.
   */
  logIn(onLoggedOut: () => void): Promise<void> {
    this.onLoggedOut = onLoggedOut;
    this.login ??= this.start();
    return this.login;
  }

  private async start(): Promise<void> {
    // An address with a new token, opened in this tab, changes nothing but the part behind `#`.
    window.addEventListener('hashchange', () => {
      if (tokenOf(location.hash) !== null) location.reload();
    });
    const token = tokenOf(location.hash);
    if (token !== null) {
      history.replaceState(null, '', location.pathname + location.search);
      const response = await this.send('POST', '/api/auth/login', JSON.stringify({ token }));
      const login = (await response.json()) as { bearer: string };
      this.bearer = login.bearer;
      sessionStorage.setItem(STORAGE_KEY, login.bearer);
    } else if (this.bearer === '') {
      throw new HostError(noLogin);
    }
  }

  async call<Response>(_: string, method: string, path: string, request: object): Promise<Response> {
    const { url, body } = toRequest(method, path, request);
    const response = await this.send(method, url, body);
    return (await response.json()) as Response;
  }

  private async send(method: string, url: string, body?: string, signal?: AbortSignal): Promise<Response> {
    const headers = new Headers();
    if (this.bearer !== '') headers.set('authorization', `Bearer ${this.bearer}`);
    if (body !== undefined) headers.set('content-type', 'application/json');
    let response: Response;
    try {
      response = await fetch(url, { method, headers, body: body ?? null, signal: signal ?? null });
    } catch {
      throw new HostError(lostHost);
    }
    if (response.ok) return response;
    if (response.status === 401) this.forget();
    const error: unknown = await response.json().catch(() => null);
    throw new HostError(
      isApiError(error) ? error : { ...lostHost, message: `The host answered ${response.status}` },
    );
  }

  private forget(): void {
    this.bearer = '';
    sessionStorage.removeItem(STORAGE_KEY);
    this.onLoggedOut();
  }

  subscribe(onEvents: (events: Event[]) => void, onConnection: (connected: boolean) => void): () => void {
    const stop = new AbortController();
    void this.follow(onEvents, onConnection, stop.signal);
    return () => stop.abort();
  }

  private async follow(
    onEvents: (events: Event[]) => void,
    onConnection: (connected: boolean) => void,
    signal: AbortSignal,
  ): Promise<void> {
    let tries = 0;
    while (!signal.aborted) {
      try {
        const response = await this.send('GET', '/api/events', undefined, signal);
        onConnection(true);
        // Whatever happened while nobody listened has to be read again.
        if (tries > 0) onEvents([{ seq: 0, kind: 'resync' }]);
        tries = 0;
        await readBatches(response, onEvents);
      } catch {
        // Tried again below.
      }
      await this.pause(tries, onConnection, signal);
      tries += 1;
    }
  }

  private async pause(
    tries: number,
    onConnection: (connected: boolean) => void,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return;
    onConnection(false);
    await new Promise((done) => setTimeout(done, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]));
  }

  async mayNotify(): Promise<boolean> {
    return 'Notification' in window && (await Notification.requestPermission()) === 'granted';
  }

  notify(title: string, text: string): void {
    if ('Notification' in window && Notification.permission === 'granted')
      new Notification(title, { body: text });
  }

  onMenu(): void {
    // A browser has a menu of its own.
  }

  saveFile(name: string, content: string | Blob): Promise<null> {
    download(name, content);
    return Promise.resolve(null);
  }

  openExternal(url: string): Promise<void> {
    window.open(url, '_blank', 'noopener,noreferrer');
    return Promise.resolve();
  }
}

/** Downloads a text or bytes as a file. */
function download(name: string, content: string | Blob): void {
  const blob =
    typeof content === 'string' ? new Blob([content], { type: 'text/plain;charset=utf-8' }) : content;
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

async function readBatches(response: Response, onEvents: (events: Event[]) => void): Promise<void> {
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const buffer = { text: '' };
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    buffer.text += value;
    for (const message of takeMessages(buffer)) onEvents(JSON.parse(message) as Event[]);
  }
}

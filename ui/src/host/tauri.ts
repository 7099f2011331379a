import { Channel, invoke } from '@tauri-apps/api/core';
import type { Event } from '../bindings/types';
import { type Host, HostError, toApiError } from './host';

/** The desktop app, reached through its commands. */
export class TauriHost implements Host {
  readonly kind = 'desktop';

  async call<Response>(
    operation: string,
    _method: string,
    _path: string,
    request: object,
  ): Promise<Response> {
    try {
      return await invoke<Response>(operation, { request });
    } catch (thrown) {
      throw new HostError(toApiError(thrown));
    }
  }

  subscribe(onEvents: (events: Event[]) => void, onConnection: (connected: boolean) => void): () => void {
    const channel = new Channel<{ batch: number; events: Event[] }>();
    let stopped = false;
    channel.onmessage = ({ batch, events }) => {
      if (!stopped) onEvents(events);
      void invoke('events_ack', { batch });
    };
    invoke('events_subscribe', { channel }).then(
      () => onConnection(true),
      () => onConnection(false),
    );
    return () => {
      stopped = true;
    };
  }

  readonly setZoom = (percent: number) => invoke<null>('window_zoom', { percent });
  readonly toggleFullScreen = () => invoke<null>('window_full_screen');
  readonly openFolder = () => invoke<null>('folder_open');

  mayNotify(): Promise<boolean> {
    return Promise.resolve(true);
  }

  notify(title: string, text: string): void {
    void invoke('notify', { title, text });
  }

  onMenu(onCommand: (id: string) => void): void {
    const channel = new Channel<string>();
    channel.onmessage = onCommand;
    void invoke('commands_subscribe', { channel });
  }

  async saveFile(name: string, content: string | Blob): Promise<string> {
    try {
      const bytes = typeof content === 'string' ? content : [...new Uint8Array(await content.arrayBuffer())];
      return await invoke<string>('file_save', { name, content: bytes });
    } catch (thrown) {
      throw new HostError(toApiError(thrown));
    }
  }

  async openExternal(url: string): Promise<void> {
    await invoke('open_external', { url });
  }
}

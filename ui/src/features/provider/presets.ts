import type { FoundServer, Preset, ProviderView } from '../../bindings/types';

/** The presets that match what is typed, by vendor, id or address. */
export function findPresets(presets: readonly Preset[], search: string): Preset[] {
  const words = search.toLowerCase().split(/\s+/);
  return presets.filter(({ id, title, baseUrl, template }) => {
    const text = `${title} ${id} ${baseUrl ?? template?.url ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The servers that no provider is at yet. */
export function newServers(
  servers: readonly FoundServer[],
  providers: readonly ProviderView[],
): FoundServer[] {
  const taken = new Set(providers.flatMap(({ baseUrl }) => (baseUrl === null ? [] : placeOf(baseUrl))));
  return servers.filter(({ baseUrl }) => !placeOf(baseUrl).some((place) => taken.has(place)));
}

/** Where an address leads, however this machine is called in it. */
function placeOf(url: string): string[] {
  if (!URL.canParse(url)) return [];
  const { hostname, port, protocol } = new URL(url);
  const host = hostname === 'localhost' || hostname === '[::1]' ? '127.0.0.1' : hostname;
  return [`${protocol}//${host}:${port}`];
}

/** The address that a template gives with its word filled in; empty while nothing is. */
export function filledIn(template: { url: string; word: string }, value: string): string {
  const plain = value.trim();
  return plain === '' ? '' : template.url.replace(template.word, () => plain);
}

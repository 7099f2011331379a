import type {
  ApiError,
  KeyPlace,
  KeyStore,
  Preset,
  ProviderKeyView,
  ProviderView,
} from '../../bindings/types';
import { placeName } from '../egress/place';
import { keyTexts } from './texts';

const ENV_NAME = /^(?:[A-Z0-9_]+(?:_API_KEY|_TOKEN)|FORMAOPS_[A-Z0-9_]+)$/;

/** Whether an environment variable of this name may hold a key. */
export function mayHoldKey(name: string): boolean {
  return ENV_NAME.test(name);
}

/** Where keys can be kept, the best place first. */
export function placesOf(store: KeyStore): KeyPlace[] {
  return store.keychain === 'none' ? ['vault', 'env'] : ['keychain', 'vault', 'env'];
}

function originOf(url: string | null): string | null {
  return url !== null && URL.canParse(url) ? new URL(url).origin : null;
}

/** Whether a provider is on this machine. */
export function isLocal({ baseUrl }: ProviderView): boolean {
  const origin = originOf(baseUrl);
  return origin !== null && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(origin).hostname);
}

/** The preset that a provider was made from, as far as can be told: that of its address, else of its kind. */
export function presetOf(provider: ProviderView, presets: readonly Preset[]): Preset | null {
  const origin = originOf(provider.baseUrl);
  const same = presets.filter(({ kind }) => kind === provider.kind);
  const byAddress = same.find(({ baseUrl }) => originOf(baseUrl) === origin && origin !== null);
  return byAddress ?? same.find(({ template }) => template !== undefined && template !== null) ?? null;
}

/** A name that no key has yet. */
export function freeKeyName(keys: readonly { name: string }[]): string {
  const taken = new Set(keys.map(({ name }) => name.toLowerCase()));
  const { firstName } = keyTexts.form;
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? firstName : `${firstName} ${number}`;
    if (!taken.has(name)) return name;
  }
}

/** What is wrong in the fields of a new key. */
export type KeyProblems = Partial<Record<'name' | 'secret' | 'env', string>>;

/** What is wrong before anything is sent. Whether there is a secret is asked without reading it into the page's state. */
export function problemsOfNew(
  key: { name: string; place: KeyPlace; env: string; hasSecret: boolean },
  others: readonly { name: string }[],
): KeyProblems {
  const words = keyTexts.form;
  const name = key.name.trim();
  const problems: KeyProblems = {};
  if (name === '') problems.name = words.needsName;
  else if (others.some((other) => other.name.toLowerCase() === name.toLowerCase()))
    problems.name = words.sameName;
  if (key.place === 'env') {
    if (!mayHoldKey(key.env)) problems.env = words.badEnv;
  } else if (!key.hasSecret) problems.secret = words.needsSecret;
  return problems;
}

/** An error as the problem of the field that it names, where it names one. */
export function problemsOfError({ at, message }: ApiError): KeyProblems | null {
  const field = at?.path;
  return field === 'name' || field === 'secret' || field === 'env' ? { [field]: message } : null;
}

/** What is to be known of a key, in a sentence. */
export function noteOf(key: ProviderKeyView, address: string | null): string {
  const { note } = keyTexts;
  const { name, reference, state } = key;
  switch (state) {
    case 'none':
      return keyTexts.none;
    case 'found':
      return note.found(name, placeName(key.origin));
    case 'missing':
      return reference.kind === 'env' ? note.missingEnv(reference.name) : note.missing(name);
    case 'locked':
      return reference.kind === 'vault' ? note.lockedVault : note.lockedKeychain;
    case 'denied':
      return note.denied;
    case 'no-keychain':
      return note.noKeychain;
    case 'detached':
      return note.detached(name, placeName(key.origin), address ?? '');
  }
}

import { Chip } from '../../components/Chip';
import type { KeyState, ProviderView } from '../../bindings/types';
import { providerTexts } from './texts';

const TONES = {
  none: 'plain',
  found: 'good',
  missing: 'bad',
  locked: 'warn',
  denied: 'bad',
  'no-keychain': 'bad',
  detached: 'warn',
} as const satisfies Record<KeyState, string>;

/** How the key of a provider is; nothing for one that never needs a key. */
export function KeyChip({ provider }: { provider: ProviderView }) {
  if (provider.kind === 'dry-run') return null;
  return <Chip tone={TONES[provider.keyState]}>{providerTexts.key[provider.keyState]}</Chip>;
}

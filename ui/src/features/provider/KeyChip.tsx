import type { ProviderView } from '../../bindings/types';
import { KeyStateChip } from '../key/KeyStateChip';

/** How the key of a provider is; nothing for one that never needs a key. */
export function KeyChip({ provider }: { provider: ProviderView }) {
  return provider.kind === 'dry-run' ? null : <KeyStateChip state={provider.keyState} />;
}

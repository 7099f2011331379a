import type { KeyState } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { keyTexts } from './texts';

const TONES = {
  none: 'plain',
  found: 'good',
  missing: 'bad',
  locked: 'warn',
  denied: 'bad',
  'no-keychain': 'bad',
  detached: 'warn',
} as const satisfies Record<KeyState, string>;

/** How a key is, in two words. */
export function KeyStateChip({ state }: { state: KeyState }) {
  return <Chip tone={TONES[state]}>{keyTexts.states[state]}</Chip>;
}

import type { ImportState } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { transferTexts as words } from './texts';

const TONES = { new: 'good', taken: 'warn', same: 'plain' } as const;

/** What there is already of something in a file. */
export function StateChip({ state, cannot }: { state: ImportState; cannot: boolean }) {
  if (cannot) return <Chip tone="bad">{words.cannot}</Chip>;
  return <Chip tone={TONES[state]}>{words.states[state]}</Chip>;
}

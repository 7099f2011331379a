import { shown, type Shortcut } from '../../lib/shortcuts';
import type { Said } from './rate';
import { ratingTexts } from './texts';

const words = ratingTexts.shortcuts;

interface RatingShortcut extends Shortcut {
  /** What it says of the answer; `null` takes the rating back. */
  readonly said: Said | null;
  /** The code of the key that is not a modifier, wherever a layout puts its letter. */
  readonly code: string;
  /** The key alone, which does the same in a grid. */
  readonly alone: string;
}

/** The keys that rate an answer: beside the answer, and in its details. */
export const ratingShortcuts: readonly RatingShortcut[] = [
  {
    id: 'rating.pass',
    keys: ['Alt+Y'],
    label: words.pass,
    said: { verdict: 'pass' },
    code: 'KeyY',
    alone: 'y',
  },
  {
    id: 'rating.fail',
    keys: ['Alt+X'],
    label: words.fail,
    said: { verdict: 'fail' },
    code: 'KeyX',
    alone: 'x',
  },
  {
    id: 'rating.none',
    keys: ['Alt+0'],
    label: words.takeBack,
    said: null,
    code: 'Digit0',
    alone: '0',
  },
];

interface Pressed {
  readonly code: string;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

/** What pressed keys say of an answer; `undefined` for others. */
export function ratingOfKeys({ code, altKey, shiftKey, ctrlKey, metaKey }: Pressed): Said | null | undefined {
  if (!altKey || shiftKey || ctrlKey || metaKey) return undefined;
  return ratingShortcuts.find((shortcut) => shortcut.code === code)?.said;
}

/** What a key alone says of the answer of the current cell of a grid; `undefined` for others. */
export function gridRating(key: string): Said | null | undefined {
  return ratingShortcuts.find(({ alone }) => alone === key)?.said;
}

/** The keys of a rating as they stand beside its button. */
export function keysOfRating(id: string): string {
  return shown(ratingShortcuts.find((shortcut) => shortcut.id === id)?.keys[0] ?? '');
}

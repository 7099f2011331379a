import { invertedEffects } from '@codemirror/commands';
import { StateEffect, type Transaction } from '@codemirror/state';
import type { Renaming } from '../../prompt/desk';

/** Says of a change that it came of another name of a variable, which other texts have got too. */
export const renamed = StateEffect.define<Renaming>();

/** Whoever takes such a change back gets the old name, and whoever makes it again the new one. */
export const renamingHistory = invertedEffects.of(({ effects }) =>
  effects.flatMap((effect) =>
    effect.is(renamed) ? [renamed.of({ from: effect.value.to, to: effect.value.from })] : [],
  ),
);

/** The change of a name that an undo or a redo in one text brought back, so that it comes back in all. */
export function renamedBack(transactions: readonly Transaction[]): Renaming | null {
  for (const transaction of transactions) {
    if (!transaction.isUserEvent('undo') && !transaction.isUserEvent('redo')) continue;
    const effect = transaction.effects.find((effect) => effect.is(renamed));
    if (effect !== undefined) return effect.value;
  }
  return null;
}

import { history, isolateHistory, redo, undo } from '@codemirror/commands';
import { EditorState, Transaction } from '@codemirror/state';
import { expect, it } from 'vitest';
import { renamed, renamedBack, renamingHistory } from './history';

it('a change of a name is told again when it is taken back, and when it is made again', () => {
  let state = EditorState.create({ doc: '{{user}}', extensions: [history(), renamingHistory] });
  const told: unknown[] = [];
  const take = (transaction: Transaction) => {
    state = transaction.state;
    told.push(renamedBack([transaction]));
  };
  take(state.update({ changes: { from: 8, insert: '!' }, userEvent: 'input.type' }));
  take(
    state.update({
      changes: { from: 2, to: 6, insert: 'reader' },
      effects: renamed.of({ from: 'user', to: 'reader' }),
      annotations: [Transaction.remote.of(true), isolateHistory.of('full')],
    }),
  );
  const target = { state, dispatch: take };
  undo(target);
  expect(state.doc.toString()).toBe('{{user}}!');
  redo({ state, dispatch: take });
  expect(state.doc.toString()).toBe('{{reader}}!');
  expect(told).toEqual([null, null, { from: 'reader', to: 'user' }, { from: 'user', to: 'reader' }]);
});

import type { Purpose } from '../../bindings/types';

/** What the switch of the network and the ledger say. */
export const egressTexts = {
  network: {
    on: 'Network on',
    off: 'Network off',
    hintOn: 'Switch off all that leaves this machine',
    hintOff: 'Nothing leaves this machine; servers on it still answer. Switch on again',
    status: 'Network off: nothing leaves this machine',
  },
  title: 'What left this machine',
  text: 'Every request that FormaOps sends is written down here: where it went, what for, and how much. Neither texts nor keys are.',
  totals: 'By place',
  totalsNone: 'Nothing has gone beyond this machine.',
  ledger: 'Every request',
  outside: 'Only beyond this machine',
  none: 'No request has been sent.',
  columns: {
    place: 'Place',
    requests: 'Requests',
    sent: 'Sent',
    received: 'Received',
    last: 'Last',
    time: 'Time',
    purpose: 'Purpose',
    status: 'Status',
    key: 'Key',
    execution: 'Execution',
  },
  local: 'this machine',
  purposes: {
    execution: 'execution',
    models: 'list of models',
    test: 'connection test',
    discovery: 'search on this machine',
  } satisfies Record<Purpose, string>,
  key: { none: 'none', keychain: 'keychain', vault: 'vault' },
  noAnswer: 'no answer',
  underWay: 'under way',
  open: 'Show',
  openOf: (time: string) => `Show the execution of ${time}`,
  more: 'Load more',
} as const;

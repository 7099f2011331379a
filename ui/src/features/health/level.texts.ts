import type { LeftOff, Level, Trigger } from '../../bindings/types';

/** What is said of how well everything is. */
export const levelTexts = {
  words: {
    normal: 'Normal',
    degraded: 'Degraded',
    critical: 'Critical',
    emergency: 'Emergency',
  } satisfies Record<Level, string>,
  reasons: {
    cpu: 'the processors have more to do than they can',
    errors: 'every provider in use fails more than one call in twenty',
    slow: 'every provider in use takes more than ten seconds to its first token',
    outage: 'every provider in use has failed three times one after the other',
    'slow-store': 'the store takes more than a quarter of a second for a commit',
    'stalled-store': 'the store takes more than two seconds for a commit',
    'disk-low': 'less than 500 MB are left on the disk',
    'not-writable': 'the store cannot write',
  } satisfies Record<Trigger, string>,
  off: {
    refreshes: 'live dashboards; other screens follow once a second',
    indexing: 'making older runs searchable',
    'debug-logs': 'lines for debugging in the log files',
    'low-runs': 'new runs of low priority',
    'new-suites': 'new runs of suites',
    'low-executions': 'executions of low priority',
    'normal-executions': 'executions of normal priority',
    executions: 'new executions, whatever their priority',
    writes: 'every change but the ends of what runs',
  } satisfies Record<LeftOff, string>,
  because: 'Because',
  offTitle: 'Left off for now',
  busyTitle: 'Left off for now, as this machine has much to do',
  status: (word: string, reason: string | undefined) => (reason === undefined ? word : `${word}: ${reason}`),
} as const;

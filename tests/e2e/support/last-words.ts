import { stripVTControlCharacters } from 'node:util';
import type { FullResult, Reporter, Suite, TestCase, TestResult } from '@playwright/test/reporter';

/** How much is told of each failure. */
const LINES = 8;

/** How many stories may need a second try, as one does now and then on a machine that is slow and busy. */
const SECOND_TRIES = 2;

/** Says at the very end what failed and why, where whoever keeps only the end of a log finds it. */
export default class LastWords implements Reporter {
  private readonly failures: string[] = [];
  private all: Suite | undefined;

  onBegin(_config: unknown, all: Suite): void {
    this.all = all;
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status === test.expectedStatus || result.status === 'skipped') return;
    const why = result.errors.flatMap(({ message = '', location }) => [
      ...stripVTControlCharacters(message)
        .split('\n')
        .filter((line) => line.trim() !== '')
        .slice(0, LINES),
      ...(location ? [`at ${location.file.split('/').at(-1) ?? ''}:${location.line}`] : []),
    ]);
    const what = `${test.title}: ${result.status}${result.retry > 0 ? ' again' : ''}`;
    this.failures.push([what, ...why.map((line) => `  ${line.trim()}`)].join('\n'));
  }

  onEnd(): Promise<{ status: FullResult['status'] } | undefined> {
    for (const failure of this.failures) console.log(`\n${failure}`);
    const second = this.all?.allTests().filter((test) => test.outcome() === 'flaky').length ?? 0;
    if (second > 0) console.log(`\n${second} passed at the second try only`);
    if (second <= SECOND_TRIES) return Promise.resolve(undefined);
    console.log(`More than ${SECOND_TRIES} are not chance.`);
    return Promise.resolve({ status: 'failed' });
  }
}

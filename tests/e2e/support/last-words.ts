import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';

/** How much is told of each failure. */
const LINES = 8;

/** Says at the very end what failed and why, where whoever keeps only the end of a log finds it. */
export default class LastWords implements Reporter {
  private readonly failures: string[] = [];

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status === test.expectedStatus || result.status === 'skipped') return;
    const why = result.errors.flatMap(({ message = '', location }) => [
      ...stripVTControlCharacters(message)
        .split('\n')
        .filter((line) => line.trim() !== '')
        .slice(0, LINES),
      ...(location ? [`at ${location.file.split('/').at(-1) ?? ''}:${location.line}`] : []),
    ]);
    const what = `${test.title}: ${result.status}`;
    this.failures.push([what, ...why.map((line) => `  ${line.trim()}`)].join('\n'));
  }

  onEnd(): void {
    for (const failure of this.failures) console.log(`\n${failure}`);
  }
}

import { type CDPSession, type Page } from '@playwright/test';

/** Some times, in milliseconds. */
export class Sample {
  readonly #sorted: number[];

  constructor(values: readonly number[]) {
    this.#sorted = values.toSorted((a, b) => a - b);
  }

  /** The value that `share` of the others do not exceed. */
  at(share: number): number {
    return this.#sorted[Math.min(this.#sorted.length - 1, Math.floor(this.#sorted.length * share))] ?? NaN;
  }

  get most(): number {
    return this.#sorted.at(-1) ?? NaN;
  }
}

export const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 1)} ms`;
export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** Prints a table that can be kept as it is. */
export function table(title: string, head: string[], rows: string[][]): void {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  console.log([`\n${title}\n`, line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n'));
}

/** What the main thread of a page does, as the browser counts it. */
export class MainThread {
  private constructor(
    private readonly page: Page,
    private readonly cdp: CDPSession,
  ) {}

  static async of(page: Page): Promise<MainThread> {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    return new MainThread(page, cdp);
  }

  async #metric(name: string): Promise<number> {
    const { metrics } = await this.cdp.send('Performance.getMetrics');
    return metrics.find((metric) => metric.name === name)?.value ?? NaN;
  }

  /** The processor time of its tasks while `act` ran, in milliseconds: what else the machine does is not in it. */
  async work(act: () => Promise<unknown>): Promise<number> {
    const before = await this.#metric('TaskDuration');
    await act();
    return ((await this.#metric('TaskDuration')) - before) * 1000;
  }

  /** What it holds after what nobody needs is gone, in bytes. */
  async heap(): Promise<number> {
    await this.cdp.send('HeapProfiler.collectGarbage');
    return this.#metric('JSHeapUsedSize');
  }

  /** Watches for tasks over 50 ms and for the gaps between frames until `act` has ended. */
  async watch(act: () => Promise<unknown>): Promise<{ longTasks: Sample; longCount: number; gaps: Sample }> {
    const watching = await this.page.evaluateHandle(() => {
      const seen = { tasks: [] as number[], gaps: [] as number[], stop: () => {} };
      const observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) seen.tasks.push(duration);
      });
      observer.observe({ type: 'longtask' });
      let last: number | undefined;
      let frame = requestAnimationFrame(function next(now) {
        if (last !== undefined) seen.gaps.push(now - last);
        last = now;
        frame = requestAnimationFrame(next);
      });
      seen.stop = () => {
        cancelAnimationFrame(frame);
        for (const { duration } of observer.takeRecords()) seen.tasks.push(duration);
        observer.disconnect();
      };
      return seen;
    });
    await act();
    const { tasks, gaps } = await watching.evaluate((seen) => {
      seen.stop();
      return { tasks: seen.tasks, gaps: seen.gaps };
    });
    return { longTasks: new Sample(tasks), longCount: tasks.length, gaps: new Sample(gaps) };
  }
}

/** How long the host may take to answer what was asked, in milliseconds. The stream of events never ends. */
const ANSWERED_MS = 300;

/** Lets the page come to rest: the host's answers to what was asked, and two frames. */
export async function rest(page: Page): Promise<void> {
  await page.waitForTimeout(ANSWERED_MS);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

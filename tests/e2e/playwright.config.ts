import { defineConfig } from '@playwright/test';
import { chromium } from './support/program';

/** How long one thing may take. It ends what hangs and measures nothing: machines that test are slow and busy. */
const LIMIT = 45_000;

const page = {
  viewport: { width: 1440, height: 900 },
  launchOptions: { executablePath: chromium() },
  screenshot: 'only-on-failure',
  // It makes every story slower: `--trace on` where one is looked into.
  trace: 'off',
  actionTimeout: LIMIT,
} as const;

export default defineConfig({
  outputDir: 'results',
  reporter: [['list'], ['./support/last-words.ts']],
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  // What passes at the second try only is told at the end; more than a few of them fail the whole.
  retries: 1,
  timeout: 240_000,
  expect: { timeout: LIMIT },
  projects: [
    { name: 'browser', testDir: 'browser', use: page },
    // One window at a time: two would fight for the focus.
    { name: 'window', testDir: 'window', workers: 1 },
    { name: 'screens', testDir: 'screens', use: page },
    // What is measured has the machine for itself.
    { name: 'bench', testDir: 'bench', workers: 1, use: page },
  ],
});

import { defineConfig } from '@playwright/test';
import { chromium } from './support/program';

const page = {
  viewport: { width: 1440, height: 900 },
  launchOptions: { executablePath: chromium() },
  screenshot: 'only-on-failure',
  trace: 'retain-on-failure',
  actionTimeout: 10_000,
} as const;

export default defineConfig({
  outputDir: 'results',
  reporter: [['list']],
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  projects: [
    { name: 'browser', testDir: 'browser', use: page },
    // One window at a time: two would fight for the focus.
    { name: 'window', testDir: 'window', timeout: 120_000, workers: 1 },
    { name: 'screens', testDir: 'screens', use: page },
  ],
});

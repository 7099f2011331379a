import { type Page, expect } from '@playwright/test';
import type { Api } from './host';
import { chooseModels, column, fromMenu, openPrompt, run } from './screens';

/** A screen in a state worth looking at. */
export interface Stop {
  name: string;
  /** Goes there from the stop before; all that belongs to the screen is there then. */
  visit: () => Promise<void>;
}

/** Every screen of one area of the app, each with something on it. */
interface Tour {
  area: string;
  tour: (app: Page, api: Api, provider: string) => Stop[];
}

const link = (app: Page, name: string) => app.getByRole('link', { name, exact: true }).click();

/** An answer that is done, one with much Markdown, one after reasoning, and a failure. */
const modelsOf = (provider: string) => {
  const model = (name: string) => `${provider}:${name}`;
  return {
    plain: model('slow-5x80'),
    markdown: model('markdown'),
    reasoning: model('thinking-5x9'),
    failing: model('fail-401'),
  };
};

function prompts(app: Page, _api: Api, provider: string): Stop[] {
  const tab = (name: string) => app.getByRole('tab', { name }).click();
  const models = modelsOf(provider);
  return [
    {
      name: 'prompt',
      visit: async () => {
        await link(app, 'Prompts');
        await openPrompt(app, 'code-review');
      },
    },
    {
      name: 'compare',
      visit: async () => {
        await openPrompt(app, 'summarise');
        await chooseModels(app, Object.values(models));
        await run(app);
        for (const model of [models.plain, models.markdown, models.reasoning]) {
          await column(app, model).getByText('✓ done').waitFor();
        }
        await column(app, models.failing).getByRole('alert').waitFor();
        await column(app, models.reasoning)
          .getByRole('button', { name: /^Reasoning/ })
          .click();
        await column(app, models.reasoning).getByText('thought9').waitFor();
      },
    },
    {
      name: 'rendered',
      visit: async () => {
        await tab('Rendered');
        await app.getByRole('region', { name: 'user', exact: true }).waitFor();
      },
    },
    { name: 'validations', visit: () => tab('Validations') },
    {
      name: 'versions',
      visit: async () => {
        await tab('Versions');
        await app.getByRole('list', { name: 'Versions' }).waitFor();
      },
    },
    {
      name: 'runs of a prompt',
      visit: async () => {
        await tab('Runs');
        await app.getByRole('columnheader', { name: 'Total time' }).waitFor();
      },
    },
    {
      name: 'palette',
      visit: async () => {
        await app.keyboard.press('Control+k');
        await app.getByPlaceholder('Search prompts and commands').fill('go');
        await app.locator('[data-action][data-selected]').waitFor();
      },
    },
  ];
}

function runs(app: Page, api: Api, provider: string): Stop[] {
  const models = modelsOf(provider);
  return [
    {
      name: 'runs',
      visit: async () => {
        await api.runCreate({
          prompt: 'summarise',
          models: Object.values(models).map((model) => ({ model })),
          inputs: { text: 'Something long.' },
        });
        await expect.poll(async () => (await api.runList({})).items[0]?.status).toBe('completed');
        await link(app, 'Runs');
        await app.getByRole('columnheader', { name: 'Total time' }).waitFor();
      },
    },
    {
      name: 'tooltip',
      visit: async () => {
        await app.getByRole('link', { name: 'Runs', exact: true }).hover();
        await app.getByRole('tooltip', { name: 'Runs' }).waitFor();
      },
    },
    {
      name: 'run',
      visit: async () => {
        await app.getByRole('table').getByRole('link').first().click();
        await column(app, models.markdown).getByRole('heading').waitFor();
        await column(app, models.failing).getByRole('alert').waitFor();
      },
    },
    {
      name: 'execution',
      visit: async () => {
        await fromMenu(app, models.reasoning, 'Details');
        const details = app.getByRole('dialog', { name: 'Execution' });
        await details.getByText('Attempt 1').waitFor();
        await details.getByText('thought9').waitFor();
      },
    },
  ];
}

function settings(app: Page, api: Api, provider: string): Stop[] {
  return [
    {
      name: 'providers',
      visit: async () => {
        await link(app, 'Settings');
        await app.getByRole('heading', { name: 'Add a provider' }).waitFor();
      },
    },
    {
      name: 'provider',
      visit: async () => {
        await api.modelList({ provider, refresh: true });
        await app.getByRole('link', { name: new RegExp(`^${provider}`) }).click();
        await app.getByRole('table').waitFor();
      },
    },
    {
      name: 'appearance',
      visit: async () => {
        await link(app, 'Appearance');
        await app.getByRole('heading', { name: 'Appearance' }).waitFor();
      },
    },
    {
      name: 'about',
      visit: async () => {
        await link(app, 'About');
        await app.getByRole('heading', { name: 'About FormaOps' }).waitFor();
      },
    },
  ];
}

/** A tour of each area, so that none takes long and one that fails says where. */
export const tours: Tour[] = [
  { area: 'prompts', tour: prompts },
  { area: 'runs', tour: runs },
  { area: 'settings', tour: settings },
];

import type { Page } from '@playwright/test';
import type { Api } from './host';
import { chooseModels, column, openPrompt, run } from './screens';

/** A screen in a state worth looking at. */
export interface Stop {
  name: string;
  /** Goes there from wherever the tour is. */
  visit: () => Promise<void>;
}

/** Every screen, each with something on it. */
export function tour(app: Page, api: Api, provider: string): Stop[] {
  const tab = (name: string) => app.getByRole('tab', { name }).click();
  const link = (name: string) => app.getByRole('link', { name, exact: true }).click();
  const close = async () => {
    await app.keyboard.press('Escape');
    await app.getByRole('dialog').waitFor({ state: 'detached' });
  };
  const models = ['slow-5x80', 'markdown', 'fail-401'].map((model) => `${provider}:${model}`);
  return [
    {
      name: 'prompt',
      visit: async () => {
        await link('Prompts');
        await openPrompt(app, 'code-review');
      },
    },
    {
      name: 'compare',
      visit: async () => {
        await openPrompt(app, 'summarise');
        await chooseModels(app, models);
        await run(app);
        await column(app, models[0] ?? '')
          .getByText('✓ done')
          .waitFor();
        await column(app, models[2] ?? '')
          .getByRole('alert')
          .waitFor();
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
      name: 'runs-of-prompt',
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
      },
    },
    {
      name: 'runs',
      visit: async () => {
        await close();
        await link('Runs');
        await app.getByRole('columnheader', { name: 'Total time' }).waitFor();
      },
    },
    {
      name: 'run',
      visit: async () => {
        await app.getByRole('table').getByRole('link').first().click();
        await column(app, models[1] ?? '')
          .getByRole('heading')
          .waitFor();
      },
    },
    {
      name: 'execution',
      visit: async () => {
        const model = models[1] ?? '';
        await column(app, model)
          .getByRole('button', { name: `More about the answer of ${model}` })
          .click();
        await app.getByRole('menuitem', { name: 'Details' }).click();
        await app.getByRole('dialog').getByText('Attempt 1').waitFor();
      },
    },
    {
      name: 'providers',
      visit: async () => {
        await close();
        await link('Settings');
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
        await link('Appearance');
        await app.getByRole('heading', { name: 'Appearance' }).waitFor();
      },
    },
    {
      name: 'about',
      visit: async () => {
        await link('About');
        await app.getByRole('heading', { name: 'About FormaOps' }).waitFor();
      },
    },
  ];
}

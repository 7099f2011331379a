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

/** An answer that is done, one with much Markdown, one after reasoning, one held back, tools, and a failure. */
const modelsOf = (provider: string) => {
  const model = (name: string) => `${provider}:${name}`;
  return {
    plain: model('slow-5x80'),
    markdown: model('markdown'),
    reasoning: model('thinking-5x9'),
    withheld: model('finish-content_filter'),
    tool: model('tool'),
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
        for (const model of [models.plain, models.markdown, models.reasoning, models.tool]) {
          await column(app, model).getByText('✓ done').waitFor();
        }
        await column(app, models.failing).getByRole('alert').waitFor();
        await column(app, models.withheld).getByRole('note').waitFor();
        await column(app, models.reasoning)
          .getByRole('button', { name: /^Reasoning/ })
          .click();
        await column(app, models.reasoning).getByText('thought9').waitFor();
      },
    },
    {
      name: 'parameters',
      visit: async () => {
        await app.getByRole('button', { name: `Parameters of ${models.tool}`, exact: true }).click();
        await app.getByRole('button', { name: 'Advanced' }).click();
        await app.getByText('JSON Schema', { exact: true }).click();
        await app.getByRole('button', { name: 'Start from an example' }).click();
        await app.getByRole('combobox', { name: 'Asking for tools' }).waitFor();
      },
    },
    {
      name: 'rendered',
      visit: async () => {
        await app.keyboard.press('Escape');
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
        await details.getByText('Attempt 1').first().waitFor();
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
        await app.getByRole('button', { name: /^OpenAI https/ }).waitFor();
      },
    },
    {
      name: 'new provider',
      visit: async () => {
        await app.getByRole('button', { name: /^Azure OpenAI / }).click();
        await app.getByLabel('Name of the resource').waitFor();
      },
    },
    {
      name: 'a vendor without a key',
      visit: async () => {
        await api.providerCreate({
          name: 'vendor',
          kind: 'openai-chat',
          baseUrl: 'https://api.openai.com/v1',
        });
        await app.getByRole('link', { name: /^vendor/ }).click();
        await app.getByRole('form', { name: 'A new key' }).waitFor();
        await app.getByRole('table').waitFor();
      },
    },
    {
      name: 'model',
      visit: async () => {
        await app.getByRole('button', { name: 'Edit what is known of gpt-4o', exact: true }).click();
        await app.getByRole('dialog').getByLabel('Context window, tokens').waitFor();
      },
    },
    {
      name: 'provider',
      visit: async () => {
        await app.keyboard.press('Escape');
        await api.modelList({ provider, refresh: true });
        await api.vaultCreate({ passphrase: 'three quiet words' });
        await api.providerKeyCreate({ provider, name: 'main', secret: 'sk-1234567890', place: 'vault' });
        await api.providerKeyCreate({ provider, name: 'spare', env: 'FORMAOPS_SPARE' });
        await app.getByRole('link', { name: new RegExp(`^${provider}`) }).click();
        await app.getByRole('button', { name: 'Replace main' }).click();
        await app.getByRole('button', { name: 'Test connection' }).click();
        await app.getByText('It can be called').waitFor();
        await app.getByRole('table').filter({ hasText: 'Context window' }).waitFor();
      },
    },
    {
      name: 'locked vault',
      visit: async () => {
        await api.vaultLock({});
        await app.getByRole('button', { name: /^Vault locked/ }).click();
        await app.getByRole('dialog', { name: 'Unlock the vault' }).waitFor();
      },
    },
    {
      name: 'budgets',
      visit: async () => {
        await app.keyboard.press('Escape');
        await api.budgetCreate({ scope: 'workspace', period: 'month', capUsd: '20', kind: 'hard' });
        await link(app, 'Budgets');
        await app.getByRole('meter').waitFor();
      },
    },
    {
      name: 'new budget',
      visit: async () => {
        await app.getByRole('button', { name: 'New budget' }).click();
        await app.getByRole('dialog', { name: 'New budget' }).getByText('A model').click();
      },
    },
    {
      name: 'egress',
      visit: async () => {
        await app.keyboard.press('Escape');
        await api.networkPut({ offline: true });
        await link(app, 'Egress');
        await app.getByRole('table').waitFor();
        await app.getByRole('button', { name: 'Network off' }).waitFor();
      },
    },
    {
      name: 'audit',
      visit: async () => {
        await link(app, 'Audit');
        await app.getByRole('table', { name: 'Audit trail' }).getByRole('button').first().waitFor();
        await app.getByRole('button', { name: 'Verify the trail' }).click();
        await app.getByText(/^The trail holds/).waitFor();
      },
    },
    {
      name: 'event of the trail',
      visit: async () => {
        await app.getByRole('combobox', { name: 'Kind of record' }).click();
        await app.getByRole('option', { name: 'Budgets' }).click();
        await app.getByRole('button', { name: 'budget.create' }).click();
        await app
          .getByRole('dialog', { name: /^Event/ })
          .getByRole('textbox', { name: 'After' })
          .waitFor();
      },
    },
    {
      name: 'engine',
      visit: async () => {
        await app.keyboard.press('Escape');
        await link(app, 'Engine');
        await api.configUpdate({ name: 'retry_limit', value: '5' });
        await app.getByRole('button', { name: 'Reset Retries' }).waitFor();
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
      name: 'editor settings',
      visit: async () => {
        await link(app, 'Editor');
        await app.getByRole('textbox', { name: 'Try it here' }).waitFor();
      },
    },
    {
      name: 'data',
      visit: async () => {
        await link(app, 'Data');
        await app.getByText('are free').waitFor();
      },
    },
    {
      name: 'shortcuts',
      visit: async () => {
        await app.keyboard.press('?');
        await app.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('Next tab').waitFor();
      },
    },
    {
      name: 'about',
      visit: async () => {
        await app.keyboard.press('Escape');
        await link(app, 'About');
        await app.getByRole('heading', { name: 'About FormaOps' }).waitFor();
      },
    },
  ];
}

function health(app: Page, api: Api, provider: string): Stop[] {
  const screen = app.getByRole('region', { name: 'Health', exact: true });
  return [
    {
      name: 'health before anything has run',
      visit: async () => {
        await link(app, 'Health');
        await screen.getByText('Nothing has run yet').waitFor();
        await screen.getByRole('cell', { name: 'ready' }).first().waitFor();
      },
    },
    {
      name: 'health with an open circuit',
      visit: async () => {
        await api.configUpdate({ name: 'failure_threshold', value: '1' });
        await api.configUpdate({ name: 'retry_limit', value: '0' });
        await api.budgetCreate({ scope: 'workspace', period: 'month', capUsd: '20', kind: 'hard' });
        await api.runCreate({
          prompt: 'summarise',
          models: ['words-20', 'fail-500'].map((model) => ({ model: `${provider}:${model}` })),
          inputs: { text: 'Something long.' },
        });
        await screen.getByText(/^tried again at/).waitFor();
        await screen.getByRole('slider', { name: 'Read Running and waiting' }).focus();
      },
    },
  ];
}

const CASES = `question,tone,__expected,__metadata:source
Capital of France?,plain,contains:Paris,mail
Capital of Peru?,plain,Lima,mail
Capital of Chad?,,icontains:djamena,chat
`;

function datasets(app: Page, api: Api): Stop[] {
  return [
    {
      name: 'datasets-none',
      visit: async () => {
        await link(app, 'Datasets');
        await app.getByRole('heading', { name: 'No dataset yet' }).waitFor();
      },
    },
    {
      name: 'dataset-import',
      visit: async () => {
        await app.getByRole('button', { name: 'Import dataset' }).click();
        await app.getByRole('textbox', { name: 'Paste a table' }).fill(`${CASES}only one cell\n`);
        await app.getByRole('button', { name: 'Look at it' }).click();
        await app.getByText('What is wrong').waitFor();
      },
    },
    {
      name: 'datasets',
      visit: async () => {
        await app.keyboard.press('Escape');
        await api.datasetImport({ dataset: 'capitals', text: CASES });
        await app.getByRole('link', { name: 'capitals' }).waitFor();
      },
    },
    {
      name: 'dataset',
      visit: async () => {
        await app.getByRole('link', { name: 'capitals' }).click();
        await app.getByRole('button', { name: 'Edit case 2' }).click();
        await app.getByRole('textbox', { name: 'question' }).fill('Capital of Spain?');
        await app.getByRole('button', { name: 'Keep' }).click();
        await app.getByText('1 unsaved change').waitFor();
      },
    },
    {
      name: 'dataset-case',
      visit: async () => {
        await app.getByRole('button', { name: 'Edit case 1' }).click();
        await app.getByRole('dialog').waitFor();
      },
    },
  ];
}

/** A tour of each area, so that none takes long and one that fails says where. */
export const tours: Tour[] = [
  { area: 'prompts', tour: prompts },
  { area: 'runs', tour: runs },
  { area: 'datasets', tour: datasets },
  { area: 'health', tour: health },
  { area: 'settings', tour: settings },
];

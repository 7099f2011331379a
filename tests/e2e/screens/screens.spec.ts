import { expect, test } from '../support/browser-test';
import { endless, pondering } from '../support/models';
import { LOOKS, takePicture, visit } from '../support/pictures';
import { chooseModels, column, fromMenu, run } from '../support/screens';

for (const { name: look, viewport, colorScheme } of LOOKS) {
  test.describe(look, () => {
    test.use({ viewport, colorScheme });

    test('every screen', async ({ app, api, scripted }) => {
      const picture = (name: string) => takePicture(app, name, look);
      await expect(app.getByRole('heading', { level: 1 })).toHaveText('code-review');
      await picture('first-start');

      const models = [endless(60), 'json', 'fail-429'].map((model) => `${scripted}:${model}`);
      await chooseModels(app, models);
      await run(app);
      await expect(column(app, models[0] ?? '')).toContainText('word30 ');
      await expect(column(app, models[2] ?? '')).toContainText('failed');
      await picture('compare');
      await app.keyboard.press('Control+.');
      await expect(column(app, models[0] ?? '')).toContainText('cancelled');
      await column(app, models[1] ?? '')
        .locator('[data-scroller]')
        .focus();
      await app.keyboard.press('Alt+3');
      await column(app, models[1] ?? '')
        .getByRole('treeitem')
        .first()
        .waitFor();
      await picture('json-tree');
      await app.keyboard.press('Alt+1');
      const preview = app.getByRole('button', { name: 'Preview' });
      await preview.click();
      await app.getByRole('region', { name: 'Preview' }).getByRole('heading').first().waitFor();
      await picture('preview');
      await preview.click();

      const screen = app.getByRole('region', { name: 'code-review', exact: true });
      const tabs = {
        Rendered: screen.getByRole('heading', { name: 'system' }),
        Validations: screen.getByRole('textbox', { name: /review/ }),
        Versions: screen.getByRole('region', { name: /^v1, / }).locator('.cm-content'),
        Runs: screen.getByRole('table').getByRole('link'),
      };
      for (const [tab, content] of Object.entries(tabs)) {
        await app.getByRole('tab', { name: tab }).click();
        await content.first().waitFor();
        await picture(`tab-${tab.toLowerCase()}`);
      }
      await app.getByRole('tab', { name: 'Edit' }).click();
      const thinkers = [pondering(60), 'reasoning', 'markdown'].map((model) => `${scripted}:${model}`);
      await chooseModels(app, thinkers);
      await run(app);
      await expect(column(app, thinkers[0] ?? '')).toContainText('thought40 ');
      await column(app, thinkers[1] ?? '')
        .getByRole('button', { name: /^Reasoning/ })
        .click();
      await picture('reasoning');
      await app.keyboard.press('Control+.');
      await expect(column(app, thinkers[0] ?? '')).toContainText('cancelled');

      const outcomes = ['tool', 'finish-content_filter', 'finish-length'].map(
        (model) => `${scripted}:${model}`,
      );
      await chooseModels(app, outcomes);
      await run(app);
      await expect(column(app, outcomes[0] ?? '')).toContainText('get_weather');
      await expect(column(app, outcomes[1] ?? '')).toContainText('held back');
      await expect(column(app, outcomes[2] ?? '')).toContainText('token limit');
      await picture('outcomes');
      await app.getByRole('button', { name: `Parameters of ${outcomes[0] ?? ''}`, exact: true }).click();
      await app.getByRole('button', { name: 'Advanced' }).click();
      await picture('parameters');
      await app.keyboard.press('Escape');

      await fromMenu(app, outcomes[0] ?? '', 'Only this column');
      await picture('solo');
      await app.keyboard.press('Escape');

      await visit(app, '/runs', 'Runs');
      await app.getByRole('table').getByRole('link').first().waitFor();
      await picture('runs');
      await app.getByRole('table').getByRole('link').first().click();
      await expect(column(app, outcomes[0] ?? '')).toContainText('get_weather');
      await picture('run');
      await fromMenu(app, outcomes[0] ?? '', 'Details');
      await app.getByRole('dialog').getByText('Attempt 1').first().waitFor();
      await picture('execution');
      await app.keyboard.press('Escape');

      await visit(app, '/settings/providers', 'Providers');
      await app.getByRole('button', { name: /^Anthropic / }).waitFor();
      await picture('providers');
      await api.providerCreate({
        name: 'openai',
        kind: 'openai-chat',
        baseUrl: 'https://api.openai.com/v1',
      });
      await app.getByRole('link', { name: /^openai/ }).click();
      await app.getByRole('form', { name: 'A new key' }).waitFor();
      await app.getByRole('table').waitFor();
      await picture('provider-new');
      await app.getByRole('button', { name: 'Edit what is known of gpt-4o', exact: true }).click();
      await picture('model');
      await app.keyboard.press('Escape');
      await api.vaultCreate({ passphrase: 'three quiet words' });
      await api.providerKeyCreate({
        provider: scripted,
        name: 'main',
        secret: 'sk-1234567890',
        place: 'vault',
      });
      await api.providerKeyCreate({ provider: scripted, name: 'spare', env: 'FORMAOPS_SPARE' });
      await api.modelList({ provider: scripted, refresh: true });
      await app.getByRole('link', { name: new RegExp(`^${scripted}`) }).click();
      await app.getByRole('button', { name: 'Test connection' }).click();
      await app.getByText('It can be called').waitFor();
      await app.getByRole('table').filter({ hasText: 'Context window' }).waitFor();
      await picture('provider');
      const paid = { input: 1_000_000_000, output: 1_000_000_000 };
      const answer = `${scripted}:words-20`;
      await api.modelUpdate({ model: answer, price: paid, maxOutputTokens: 1_000 });
      await api.budgetCreate({ scope: 'workspace', period: 'month', capUsd: '20', kind: 'hard' });
      await api.budgetCreate({
        scope: `provider:${scripted}`,
        period: 'day',
        capUsd: '0.00005',
        kind: 'soft',
      });
      await api.promptExecute({ id: 'summarise', model: answer, inputs: { text: 'Something long.' } });
      await visit(app, '/settings/budgets', 'Budgets');
      await app.getByRole('region', { name: 'Spent this month' }).getByRole('table').waitFor();
      await picture('budgets');
      await app.getByRole('alert').getByRole('button').click();
      await visit(app, '/settings/egress', 'What left this machine');
      await app.getByRole('table').waitFor();
      await picture('egress');
      await visit(app, '/settings/audit', 'Audit trail');
      await app.getByRole('button', { name: 'Verify the trail' }).click();
      await app.getByText(/^The trail holds/).waitFor();
      await picture('audit');
      await app.getByRole('button', { name: 'budget.create' }).first().click();
      await app
        .getByRole('dialog', { name: /^Event/ })
        .getByRole('textbox', { name: 'After' })
        .waitFor();
      await picture('audit-event');
      await app.keyboard.press('Escape');
      await api.configUpdate({ name: 'fallback_strategy', value: 'degrade' });
      await visit(app, '/settings/engine', 'Engine');
      await app.getByRole('button', { name: 'Reset While a circuit is open' }).waitFor();
      await picture('engine');
      await visit(app, '/settings/appearance', 'Appearance');
      await picture('appearance');
      await visit(app, '/settings/editor', 'Editor');
      await picture('editor');
      await visit(app, '/settings/folder', 'Linked folder');
      await app.getByRole('button', { name: 'Link folder' }).waitFor();
      await picture('folder');
      await visit(app, '/settings/data', 'Data');
      await app.getByRole('region', { name: 'What it takes of the disk' }).waitFor();
      await picture('data');
      await visit(app, '/settings/about', 'About');
      await picture('about');
      await app.keyboard.press('Control+k');
      await expect(app.getByRole('dialog')).toBeVisible();
      await picture('palette');
      await app.keyboard.press('Escape');
      await expect(app.getByRole('dialog')).toBeHidden();
      await app.getByRole('heading', { name: 'About' }).click();
      await app.keyboard.press('?');
      await app.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
      await picture('shortcuts');
    });
  });
}

import { expect, test } from '../support/browser-test';
import { endless } from '../support/models';
import { LOOKS, takePicture, visit } from '../support/pictures';
import { chooseModels, column, openPrompt, run, template } from '../support/screens';

for (const { name: look, viewport, colorScheme } of LOOKS) {
  test.describe(look, () => {
    test.use({ viewport, colorScheme });

    test('health', async ({ app, api, scripted }) => {
      const picture = (name: string) => takePicture(app, name, look);
      await visit(app, '/health', 'Health');
      await expect(app.getByText('Nothing has run yet')).toBeVisible();
      await picture('health-empty');

      const { id } = (await api.providerList({})).items.find(({ name }) => name === scripted) ?? { id: '' };
      await api.configUpdate({ name: 'retry_limit', value: '0' });
      await api.configUpdate({ name: 'failure_threshold', value: '2' });
      await api.providerUpdate({ id, maxConcurrent: 2, requestsPerMinute: 100 });
      await api.budgetCreate({ scope: 'workspace', period: 'month', capUsd: '20', kind: 'hard' });
      const start = async (names: string[], repeats = 1) => {
        const { run } = await api.runCreate({
          prompt: 'summarise',
          models: names.map((model) => ({ model })),
          inputs: { text: 'Something long.' },
          repeats,
        });
        return run;
      };
      await start([`${scripted}:fail-500`, `${scripted}:words-20`], 2);
      const long = await start(
        [endless(200), endless(201)].map((model) => `${scripted}:${model}`),
        3,
      );
      await expect(app.getByText(/tried again at/)).toBeVisible();
      await expect(app.getByRole('figure', { name: 'Running and waiting' })).toContainText('waiting 4');
      await picture('health');
      await app.getByRole('meter', { name: 'Budget for Everything' }).scrollIntoViewIfNeeded();
      await picture('health-below');
      // The host ends once nothing is under way.
      await api.runCancel({ id: long.id });
    });

    test('keys', async ({ app, scripted }) => {
      const picture = (name: string) => takePicture(app, name, look);
      await app.getByRole('link', { name: 'Settings', exact: true }).click();
      await app.getByRole('link', { name: new RegExp(`^${scripted}`) }).click();
      const keys = app.getByRole('region', { name: 'Keys', exact: true });
      await keys.getByRole('button', { name: 'Add a key' }).click();
      await keys.getByLabel('Key', { exact: true }).fill('sk-1234567890');
      await keys.getByRole('button', { name: 'Keep the key' }).click();
      const vault = app.getByRole('dialog', { name: 'Make a vault for keys' });
      await vault.getByLabel('Passphrase').fill('three quiet words');
      await picture('key-vault');
      await vault.getByLabel('The same again').fill('three quiet words');
      await vault.getByRole('button', { name: 'Make the vault' }).click();
      await keys.getByRole('button', { name: 'Replace main' }).click();
      await keys.getByRole('form', { name: 'A new key for main' }).scrollIntoViewIfNeeded();
      await picture('key-replace');
    });

    // In a narrow window its list and inputs are drawers, which other pictures show.
    if (viewport.width < 1000) return;

    test('a prompt at work', async ({ app, api, scripted }) => {
      const picture = (name: string) => takePicture(app, name, look);
      const prompt = await openPrompt(app, 'summarise');
      await app.getByRole('textbox', { name: 'text' }).fill('Something long.');
      await chooseModels(app, [`${scripted}:words-20`]);
      await app.getByRole('button', { name: /^Options/ }).click();
      const options = app.getByRole('dialog', { name: /^Options/ });
      for (const model of [`${scripted}:words-21`, `${scripted}:a-model-of-a-rather-long-name-2026-11-26`]) {
        await options.getByRole('button', { name: 'Add fallback model' }).click();
        await app.getByRole('textbox', { name: 'Search, or type provider:model' }).fill(model);
        await app.getByRole('option', { name: model }).first().click();
      }
      await expect(options.getByRole('listitem')).toHaveCount(2);
      await picture('options');
      await options.getByRole('textbox', { name: 'Executions at once' }).press('Escape');

      await chooseModels(app, [`${scripted}:slow-100x5`, `${scripted}:fail-400`]);
      await app.getByRole('textbox', { name: 'Repeat' }).fill('20');
      await run(app);
      const progress = prompt.getByRole('region', { name: 'Progress of the run' });
      await expect(progress.getByRole('list', { name: 'Failures by kind' })).toBeVisible();
      await picture('progress');
      await expect(progress).toContainText('40 of 40');
      await picture('progress-done');

      const pair = [`${scripted}:words-20`, `${scripted}:words-25`] as const;
      await chooseModels(app, [...pair]);
      await app.getByRole('textbox', { name: 'Repeat' }).fill('1');
      await run(app);
      for (const model of pair) await expect(column(app, model)).toContainText('✓ done');
      await column(app, pair[0])
        .getByRole('button', { name: /^More about/ })
        .click();
      await app.getByRole('menuitem', { name: 'Compare with' }).hover();
      await app.getByRole('menuitem', { name: pair[1] }).click();
      await expect(app.getByRole('dialog', { name: 'Compare answers' })).toContainText('1 change');
      await picture('difference');
      await app.keyboard.press('Escape');

      await app.getByRole('button', { name: 'Input sets' }).click();
      await app.getByRole('menuitem', { name: 'Paste inputs…' }).click();
      await app.getByRole('dialog').getByRole('textbox').fill('text\tcity\nSomething else.\tOslo');
      await expect(app.getByRole('dialog')).toContainText('left out');
      await picture('inputs-paste');
      await app.keyboard.press('Escape');
      await app.getByRole('button', { name: 'Input sets' }).click();
      await app.getByRole('menuitem', { name: 'Save as…' }).click();
      await app.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Short');
      await picture('inputs-name');
      await app.keyboard.press('Escape');

      const provider = (await api.providerList({})).items.find(({ name }) => name === scripted);
      await api.providerUpdate({ id: provider?.id ?? '', maxConcurrent: 1 });
      await chooseModels(app, [`${scripted}:${endless(200)}`, `${scripted}:${endless(201)}`]);
      await run(app);
      await expect(app.getByText(`${scripted} takes 1 at once`)).toBeVisible();
      await picture('waiting');
      await app.keyboard.press('Control+.');

      await template(prompt).fill('Mine: {{text}}');
      await expect(prompt.getByText('unsaved draft')).toBeVisible();
      const id = new URL(app.url()).pathname.split('/').at(-1) ?? '';
      const { head } = await api.promptGet({ id });
      if (head === null) throw new Error('the sample has no version');
      const body = { kind: 'text' as const, template: 'Theirs: {{text}}' };
      await api.versionCreate({ id, content: { ...head.content, body }, note: 'said in fewer words' });
      await expect(prompt.getByRole('alert').filter({ hasText: 'said in fewer words' })).toBeVisible();
      await picture('newer-version');
    });
  });
}

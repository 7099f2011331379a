import { violations } from '../support/accessibility';
import { expect, test } from '../support/browser-test';
import { chooseModels, column, fromMenu, openPrompt, run } from '../support/screens';

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('the details tell the way of an execution step by step, and what the provider said of itself', async ({
      app,
      api,
      scripted,
    }) => {
      const model = `${scripted}:fail-401`;
      await openPrompt(app, 'summarise');
      await chooseModels(app, [model]);
      await run(app);
      await expect(column(app, model)).toContainText('failed');
      await fromMenu(app, model, 'Details');
      const details = app.getByRole('dialog', { name: 'Execution' });
      const steps = details.getByRole('list', { name: 'Log' }).getByRole('listitem');
      for (const [at, words] of ['Queued', 'Left the queue'].entries()) {
        await expect(steps.nth(at)).toContainText(words);
      }
      const refused = steps.filter({ hasText: 'The provider refused' });
      // A level is a word, not only a colour.
      await expect(refused).toContainText('warning');
      await expect(refused).toContainText('HTTP status 401');
      await expect(steps.last()).toContainText('error');
      await expect(steps.last()).toContainText('Failed');
      const [execution] = (await api.executionList({})).items;
      const { entries } = await api.executionLog({ id: execution?.id ?? '' });
      await expect(steps).toHaveCount(entries.length);

      await details.getByText('Response headers').click();
      await expect(details.getByText('content-type', { exact: true })).toBeVisible();
      expect(await violations(app)).toEqual([]);
    });
  });
}

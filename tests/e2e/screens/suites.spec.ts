import { expect, test } from '../support/browser-test';
import { LOOKS, takePicture, visit } from '../support/pictures';

const TICKETS = [
  ['I was charged twice for March and the second invoice is not even mine.', 'billing', 'hard'],
  ['Where do I change the name on my profile?', 'account', ''],
  ['Your app crashes every time I open the camera.', 'bug', ''],
  ['Cancel everything and delete my data. Now.', 'churn', 'legal'],
  ['Do you have a student price?', 'sales', ''],
] as const;

for (const { name: look, viewport, colorScheme } of LOOKS) {
  test.describe(look, () => {
    test.use({ viewport, colorScheme });

    test('the screens of suites', async ({ app, api }) => {
      const picture = (name: string) => takePicture(app, name, look);
      await visit(app, '/suites', 'Suites');
      await app.getByRole('heading', { name: 'No suites yet' }).waitFor();
      await picture('suites-none');

      const { prompt, head } = await api.promptCreate({
        name: 'ticket-triage',
        content: contentOf('{{ticket}}'),
      });
      const suite = await api.suiteCreate({
        name: 'triage',
        description: 'What a ticket is about, and whether it is urgent',
        spec: {
          prompts: [{ promptId: prompt.id }, { promptId: prompt.id, version: 'v1' }],
          models: [
            { model: 'dry-run:echo', parameters: {} },
            { model: 'dry-run:echo', parameters: { temperature: 0.4 } },
          ],
          cases: TICKETS.map(([ticket, kind, tag], position) => ({
            position,
            inputs: { ticket },
            expected: kind,
            tags: tag === '' ? [kind] : [kind, tag],
            validations: [{ name: 'equals', rule: { kind: 'regex', pattern: 'my|name|crash' } }],
          })),
          repeats: 1,
          thresholds: { passRate: 0.9 },
        },
      });
      const first = await api.suiteRun({ id: suite.id });
      const ended = (id: string) =>
        expect.poll(async () => (await api.runGet({ id })).run.status).toBe('completed');
      await ended(first.id);
      await api.baselinePut({ id: suite.id, run: first.id });
      let base = head?.id ?? null;
      for (const template of ['Of my customer: {{ticket}}', 'A ticket', 'Name it: {{ticket}}', 'Ticket']) {
        const saved = await api.versionCreate({
          id: prompt.id,
          content: contentOf(template),
          base,
          note: '',
        });
        base = saved.id;
        await ended((await api.suiteRun({ id: suite.id })).id);
      }

      await app.getByRole('link', { name: 'triage', exact: true }).waitFor();
      await picture('suites');
      await app.getByRole('link', { name: 'triage', exact: true }).click();
      await app.getByRole('textbox', { name: 'Input ticket of case 1' }).waitFor();
      await picture('suite');
      await app.getByRole('button', { name: /^Run…/ }).click();
      await app.getByRole('button', { name: 'Run 20 executions' }).waitFor();
      await picture('suite-plan');
      await app.keyboard.press('Escape');
      await app.getByRole('tab', { name: 'Runs' }).click();
      await app.getByRole('table', { name: 'Runs of the suite' }).getByText('%').nth(1).waitFor();
      await picture('suite-runs');
      await app.getByRole('table', { name: 'Runs of the suite' }).getByRole('link').first().click();
      const grid = app.getByRole('grid');
      await grid.locator('[data-cell="0:1"]').waitFor();
      await grid.locator('[data-cell="1:1"]').focus();
      await picture('grid');
      await app.keyboard.press('1');
      await picture('grid-low');
      await app.keyboard.press('2');
      await app.getByText('Against the baseline').click();
      await picture('comparison');
    });
  });
}

function contentOf(template: string) {
  return {
    body: { kind: 'text' as const, template },
    variables: [{ name: 'ticket', type: 'string' as const, required: true }],
    settings: { parameters: {} },
    validations: [],
  };
}

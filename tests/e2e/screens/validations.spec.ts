import { expect, test } from '../support/browser-test';
import { LOOKS, takePicture, visit } from '../support/pictures';
import { chooseModels, column, run } from '../support/screens';

const ECHO = 'dry-run:echo';

for (const { name: look, viewport, colorScheme } of LOOKS) {
  test.describe(look, () => {
    test.use({ viewport, colorScheme });

    test('validations', async ({ app, api }) => {
      const picture = (name: string) => takePicture(app, name, look);
      const { head, prompt: sample } = await api.promptGet({ id: 'summarise' });
      if (head == null) throw new Error('the sample has no version');
      await api.draftPut({
        id: 'summarise',
        base: head.id,
        inputs: { text: 'Order 123456 was sent today. The customer asked for a refund.' },
        content: {
          ...head.content,
          validations: [
            {
              name: 'order',
              rule: { kind: 'regex', pattern: 'order (?<number>\\d+)', flags: 'i' },
              metric: 'facts',
            },
            { name: 'short', rule: { kind: 'function', source: '(output) => output.length / 1000' } },
            { name: 'broken', rule: { kind: 'function', source: 'output.no.such.thing' }, weight: 2 },
            {
              name: 'tone',
              rule: {
                kind: 'assertion',
                type: 'assert-set',
                assert: [
                  { name: 'thanks', rule: { kind: 'assertion', type: 'icontains', value: 'thank you' } },
                  {
                    name: 'no promise',
                    rule: { kind: 'assertion', type: 'not-contains', value: 'guarantee' },
                  },
                ],
              },
              onFailure: { action: 'alert' },
            },
            { name: 'polite', rule: { kind: 'assertion', type: 'llm-rubric', value: 'Is polite' } },
          ],
        },
      });
      await visit(app, `/prompts/${sample.id}`, 'summarise');
      const prompt = app.getByRole('region', { name: 'summarise', exact: true });
      await chooseModels(app, [ECHO]);
      await run(app);
      const answer = column(app, ECHO);
      await expect(answer).toContainText('of 5 hold');
      await prompt.getByRole('tab', { name: /^Validations/ }).click();
      await prompt.getByRole('textbox', { name: 'Function: short' }).waitFor();
      await picture('validations');
      await prompt
        .getByRole('region', { name: 'short' })
        .getByRole('button', { name: 'Try on the newest answer' })
        .click();
      await prompt.getByLabel('Result of the function').waitFor();
      await picture('validation-tried');
      await prompt.getByRole('region', { name: 'polite' }).scrollIntoViewIfNeeded();
      await picture('validation-judge');
      await prompt.getByRole('button', { name: 'Add validation' }).click();
      await app.getByRole('textbox', { name: 'Search rules and assertions' }).fill('json');
      await picture('validation-add');
      await app.keyboard.press('Escape');
      await answer.getByText('Details').first().click();
      await answer.getByRole('group', { name: 'tone', exact: true }).scrollIntoViewIfNeeded();
      await picture('validation-results');
    });
  });
}

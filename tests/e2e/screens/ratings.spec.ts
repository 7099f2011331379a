import { expect, test } from '../support/browser-test';
import { LOOKS, takePicture } from '../support/pictures';

const TICKETS = [
  'I was charged twice for March and the second invoice is not even mine.',
  'Where do I change the name on my profile?',
  'Your app crashes every time I open the camera.',
] as const;

for (const { name: look, viewport, colorScheme } of LOOKS) {
  test.describe(look, () => {
    test.use({ viewport, colorScheme });

    test('the screens of ratings and of the blind comparison', async ({ app, api }) => {
      const picture = (name: string) => takePicture(app, name, look);
      const curt = await api.promptCreate({ name: 'curt', content: contentOf('Noted: {{ticket}}') });
      const kind = await api.promptCreate({
        name: 'kind',
        content: contentOf(
          '## Thank you for writing\n\nYou said: *{{ticket}}*\n\n- We look into it\n- You hear from us',
        ),
      });
      const suite = await api.suiteCreate({
        name: 'replies',
        spec: {
          prompts: [{ promptId: curt.prompt.id }, { promptId: kind.prompt.id }],
          models: [{ model: 'dry-run:echo', parameters: {} }],
          cases: TICKETS.map((ticket, position) => ({ position, inputs: { ticket } })),
          repeats: 1,
        },
      });
      const { id } = await api.suiteRun({ id: suite.id });
      await expect.poll(async () => (await api.runGet({ id })).run.status).toBe('completed');
      const [first, second] = (await api.gridList({ id })).items;
      await api.ratingSet({ id: first?.cells[0]?.id ?? '', verdict: 'fail', note: 'It says nothing.' });
      await api.ratingSet({ id: second?.cells[1]?.id ?? '', verdict: 'pass', score: 0.9, note: 'Warm.' });
      await app.goto(new URL(`/runs/${id}`, app.url()).href);
      const grid = app.getByRole('grid');
      await grid.locator('[data-cell="1:2"]').focus();
      await picture('grid-rated');
      await app.keyboard.press('Enter');
      await app.getByRole('region', { name: 'Rating' }).scrollIntoViewIfNeeded();
      await picture('rating');
      await app.goto(new URL(`/runs/${id}/blind?one=0&other=1&seed=3`, app.url()).href);
      await app.getByText('Thank you for writing').waitFor();
      await picture('blind');
      for (let pair = 0; pair < TICKETS.length; pair += 1) await app.keyboard.press('1');
      await app.getByRole('region', { name: 'Outcome' }).waitFor();
      await picture('blind-outcome');
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

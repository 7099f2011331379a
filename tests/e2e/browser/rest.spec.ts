import { type Page, expect, test } from '../support/browser-test';
import { chooseModels, openPrompt } from '../support/screens';

/** What the page begins to do within a while in which nobody does anything. */
async function doneAtRest(app: Page): Promise<string[]> {
  // What follows an act, such as a notice that goes by itself, has come to its end.
  await app.waitForTimeout(2000);
  return app.evaluate(async () => {
    const seen: string[] = [];
    const own = {
      setTimeout: window.setTimeout.bind(window),
      requestAnimationFrame: window.requestAnimationFrame.bind(window),
    };
    window.setTimeout = ((...given: Parameters<typeof setTimeout>) => {
      seen.push(`a timer of ${given[1]} ms: ${new Error().stack}`);
      return own.setTimeout(...given);
    }) as typeof setTimeout;
    window.requestAnimationFrame = (draw) => {
      seen.push(`a frame: ${new Error().stack}`);
      return own.requestAnimationFrame(draw);
    };
    await new Promise((done) => own.setTimeout(done, 1500));
    Object.assign(window, own);
    return seen;
  });
}

test('a screen that nobody touches does nothing', async ({ app, scripted }) => {
  await openPrompt(app, 'code-review');
  await chooseModels(app, [`${scripted}:echo`, 'dry-run:echo']);
  // A slow machine takes a while until all is done that came of a click.
  await expect.poll(() => doneAtRest(app)).toEqual([]);
  for (const name of ['Runs', 'Suites', 'Datasets', 'Settings']) {
    await app.getByRole('link', { name, exact: true }).click();
    await expect.poll(() => doneAtRest(app), name).toEqual([]);
  }
});

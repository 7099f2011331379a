import { violations } from '../support/accessibility';
import { expect, test } from '../support/browser-test';
import { chooseModels, column, figure, openPrompt, run } from '../support/screens';
import { tours } from '../support/tour';

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    for (const { area, tour } of tours) {
      test(`every screen of ${area} is accessible in ${colorScheme}`, async ({ app, api, scripted }) => {
        for (const { name, visit } of tour(app, api, scripted)) {
          await visit();
          expect.soft(await violations(app), name).toEqual([]);
        }
      });
    }
  });
}

test('the colours follow the system until somebody chooses', async ({ app }) => {
  const scheme = app.locator('html');
  await app.emulateMedia({ colorScheme: 'dark' });
  await expect(scheme).toHaveAttribute('data-mantine-color-scheme', 'dark');
  await app.emulateMedia({ colorScheme: 'light' });
  await expect(scheme).toHaveAttribute('data-mantine-color-scheme', 'light');
  await app.keyboard.press('Control+k');
  await app.getByPlaceholder('Search prompts and commands').fill('dark');
  await expect(app.locator('[data-action][data-selected]')).toHaveText('Use dark colours');
  await app.keyboard.press('Enter');
  await expect(scheme).toHaveAttribute('data-mantine-color-scheme', 'dark');
  await app.reload();
  await expect(scheme).toHaveAttribute('data-mantine-color-scheme', 'dark');
});

test('the smallest window scrolls nowhere but in its panes', async ({ app }) => {
  await app.setViewportSize({ width: 960, height: 600 });
  await expect(app.getByRole('region', { name: 'code-review' })).toBeVisible();
  const overflow = () =>
    app.evaluate(() => {
      const { scrollWidth, scrollHeight } = document.documentElement;
      return [scrollWidth - window.innerWidth, scrollHeight - window.innerHeight];
    });
  await expect.poll(overflow).toEqual([0, 0]);
});

test('twice as large, all of a screen can be reached', async ({ app }) => {
  // A page zoomed to 200 % in a window of 1440 by 900.
  await app.setViewportSize({ width: 720, height: 450 });
  const prompt = app.getByRole('region', { name: 'code-review' });
  await expect(prompt).toBeVisible();
  const overflow = () => app.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await expect.poll(overflow).toBe(0);
  for (const place of ['Runs', 'Health', 'Settings']) {
    await app.getByRole('link', { name: place, exact: true }).click();
    await expect(app.getByRole('main')).not.toBeEmpty();
    await expect.poll(overflow, place).toBe(0);
  }
  await app.getByRole('link', { name: 'Prompts', exact: true }).click();
  const bar = app.getByRole('toolbar', { name: 'Models to run on' });
  await bar.scrollIntoViewIfNeeded();
  await expect(bar.getByRole('button', { name: 'Remove dry-run:echo' })).toBeInViewport({ ratio: 1 });
  await expect(bar.getByRole('button', { name: /^Run/ })).toBeInViewport({ ratio: 1 });
  await run(app);
  await expect(figure(app, 'dry-run:echo', 'finish')).toHaveText('stop');
  const answer = column(app, 'dry-run:echo').locator('[data-scroller]');
  await answer.scrollIntoViewIfNeeded();
  await expect(answer).toBeInViewport({ ratio: 1 });
  await expect.poll(async () => (await answer.boundingBox())?.height ?? 0).toBeGreaterThan(100);
});

test('whatever the keys come to shows that it has the focus', async ({ app }) => {
  await app.emulateMedia({ reducedMotion: 'reduce' });
  const seen = new Set<string>();
  for (let step = 0; step < 60; step += 1) {
    await app.keyboard.press('Tab');
    const { name, isShown } = await app.evaluate(async () => {
      const element = document.activeElement as HTMLElement;
      // A frame may stand around what has the focus.
      const around: Element[] = [element];
      for (let outer = element.parentElement; outer !== null; outer = outer.parentElement) around.push(outer);
      const looks = async () => {
        for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
        return around.map((part) => {
          const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(part);
          return `${outlineStyle === 'none' ? '' : outlineWidth} ${boxShadow} ${borderColor}`;
        });
      };
      const focused = await looks();
      element.blur();
      const plain = await looks();
      element.focus();
      return {
        name: `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent.slice(0, 40)}`,
        isShown: element === document.body || focused.some((look, at) => look !== plain[at]),
      };
    });
    seen.add(name);
    expect.soft(isShown, name).toBe(true);
  }
  expect(seen.size).toBeGreaterThan(25);
});

test('nothing moves for who wants less motion', async ({ app }) => {
  await app.emulateMedia({ reducedMotion: 'reduce' });
  const longest = () =>
    app.evaluate(() =>
      Math.max(
        ...[...document.querySelectorAll('*')].flatMap((element) => {
          const { transitionDuration, animationDuration } = getComputedStyle(element);
          return `${transitionDuration},${animationDuration}`.split(',').map((time) => parseFloat(time));
        }),
      ),
    );
  expect(await longest()).toBeLessThan(0.001);
  await app.keyboard.press('Control+k');
  await expect(app.getByPlaceholder('Search prompts and commands')).toBeFocused();
  expect(await longest()).toBeLessThan(0.001);
  await app.emulateMedia({ reducedMotion: 'no-preference' });
  expect(await longest()).toBeGreaterThan(0.05);
});

test('the course of a run is told to who does not see it', async ({ app, scripted }) => {
  const [good, bad] = [`${scripted}:words-20`, `${scripted}:fail-401`];
  await openPrompt(app, 'summarise');
  await chooseModels(app, [good, bad]);
  await run(app);
  const told = app.getByRole('status').filter({ hasText: good });
  await expect(told).toContainText('done');
  await expect(app.getByRole('status').filter({ hasText: bad })).toContainText('failed');
});

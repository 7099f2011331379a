import type { Session } from './webdriver';

/** Adds the scripted server as a provider and chooses its models, as the settings and the run bar do. */
export async function chooseModels(session: Session, baseUrl: string, models: string[]): Promise<void> {
  await session.run(
    `const [baseUrl, models] = args;
     const request = { name: 'local', kind: 'openai-chat', baseUrl };
     await window.__TAURI_INTERNALS__.invoke('provider_create', { request });
     localStorage.setItem('formaops.models', JSON.stringify(models.map((model) => ({ model, parameters: {} }))));
     document.body.dataset.old = '';
     setTimeout(() => location.reload(), 0);`,
    baseUrl,
    models,
  );
  // The chip may be there before the page is another.
  await session.find(`//body[not(@data-old)]//button[contains(., '${models[0] ?? ''}')]`);
}

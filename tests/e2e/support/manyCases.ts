import { join } from 'node:path';
import type { Api } from './host';
import { Program, programs } from './program';
import type { Workspace } from './workspace';

/** A run of a suite with so many cases in so many columns, and its baseline, made straight in the store. */
export async function manyCases(
  api: Api,
  workspace: Workspace,
  size: { cases: number; columns: number },
): Promise<{ suite: string; baseline: string; run: string }> {
  const { prompt } = await api.promptCreate({
    name: 'many',
    content: {
      body: { kind: 'text', template: '{{text}}' },
      variables: [{ name: 'text', type: 'string', required: true }],
      settings: { parameters: {} },
      validations: [],
    },
  });
  const suite = await api.suiteCreate({
    name: 'many',
    spec: {
      prompts: [{ promptId: prompt.id }],
      models: Array.from({ length: size.columns }, (_, at) => ({
        model: 'dry-run:echo',
        parameters: { temperature: at / 10 },
      })),
      cases: [{ position: 0, inputs: { text: 'Case number 0' } }],
      validations: [{ name: 'contains', rule: { kind: 'assertion', type: 'contains', value: 'Case' } }],
      repeats: 1,
    },
  });
  const ended = async (baseline: string | null) => {
    const { id } = await api.suiteRun({ id: suite.id, baseline });
    while ((await api.runGet({ id })).run.status !== 'completed')
      await new Promise((next) => setTimeout(next, 50));
    return id;
  };
  const baseline = await ended(null);
  const run = await ended(baseline);
  const file = join(workspace.folder, 'formaops.db');
  for (const [salt, id] of [baseline, run].entries()) {
    const program = new Program(
      programs.multiplyRun,
      [file, id, String(size.cases), String(salt)],
      workspace.env,
    );
    await program.ended();
  }
  return { suite: suite.id, baseline, run };
}

import type { ImportAction, ImportChoice, ImportItem, ImportPreview, TakenNames } from '../../bindings/types';
import type { Counts } from './texts';

/** What shall become of a prompt in the files. */
export interface Choice {
  readonly action: ImportAction;
  /** The name it gets, where it becomes a prompt of its own. */
  readonly name: string;
}

/** What is chosen before anybody chooses: nothing that is here is touched. */
export function proposed(item: ImportItem): Choice {
  if (item.problem !== null || item.state === 'same') return { action: 'skip', name: item.name };
  return { action: 'create', name: item.freeName ?? item.name };
}

/** What can be chosen. */
export function actionsOf(item: ImportItem): ImportAction[] {
  if (item.problem !== null) return ['skip'];
  return item.state === 'new' ? ['create', 'skip'] : ['create', 'version', 'skip'];
}

const NAME = /^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)*$/;

/** Whether a name follows the rule and no other prompt of the files gets it. */
export function isFit(choices: ReadonlyMap<string, Choice>, of: string): boolean {
  const choice = choices.get(of);
  if (choice?.action !== 'create') return true;
  if (choice.name.length > 128 || !NAME.test(choice.name)) return false;
  for (const [other, { action, name }] of choices) {
    if (other !== of && action === 'create' && name === choice.name) return false;
  }
  return true;
}

/** The choices as the host takes them. */
export function toRequest(choices: ReadonlyMap<string, Choice>): ImportChoice[] {
  return [...choices].map(([prompt, { action, name }]) => ({
    prompt,
    action,
    name: action === 'create' ? name : null,
  }));
}

/** How many of everything in the files come in. */
export function toCome(
  { datasets, suites }: ImportPreview,
  choices: ReadonlyMap<string, Choice>,
  taken: TakenNames,
): Counts {
  const comes = ({ state, problem }: Pick<ImportItem, 'state' | 'problem'>) =>
    problem === null && (state === 'new' || (state === 'taken' && taken !== 'skip'));
  return {
    prompts: [...choices.values()].filter(({ action }) => action !== 'skip').length,
    datasets: datasets.filter(comes).length,
    suites: suites.filter(comes).length,
  };
}

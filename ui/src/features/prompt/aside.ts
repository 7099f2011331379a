import type { PromptId, Timestamp } from '../../bindings/types';
import type { Draft } from './keeper';

/** A copy of work that the host had not taken, and when it was made. */
export interface Aside extends Draft {
  readonly at: Timestamp;
}

const keyOf = (id: PromptId) => `formaops.aside.${id}`;

/** Work as it may lie in the browser: values of sensitive variables are written nowhere. */
export function withoutSecrets({ content, inputs, branch, base }: Draft): Draft {
  const secret = content.variables.filter(({ sensitive }) => sensitive).map(({ name }) => name);
  const open = Object.entries(inputs).filter(([name]) => !secret.includes(name));
  return { content, inputs: Object.fromEntries(open), branch, base };
}

/** Puts a copy aside. Where the browser has no room, the work is in the page alone, which tries on. */
export function putAside(id: PromptId, draft: Draft): void {
  const aside: Aside = { ...withoutSecrets(draft), at: new Date().toISOString() };
  try {
    localStorage.setItem(keyOf(id), JSON.stringify(aside));
  } catch {
    localStorage.removeItem(keyOf(id));
  }
}

/** The copy that was put aside, where there is one. */
export function findAside(id: PromptId): Aside | null {
  try {
    return JSON.parse(localStorage.getItem(keyOf(id)) ?? 'null') as Aside | null;
  } catch {
    return null;
  }
}

/** Removes the copy. */
export function clearAside(id: PromptId): void {
  localStorage.removeItem(keyOf(id));
}

import type { Attachment, Body, Message, Role } from '../../bindings/types';
import { tagsOf } from './editor/syntax';

/** The roles in the order they are offered. */
export const roles: Role[] = ['system', 'user', 'assistant', 'tool'];

/** Where an item of a list goes: everything else keeps its order. Out of bounds leaves the list as it is. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const next = [...items];
  const item = next[from];
  if (item === undefined || to < 0 || to >= items.length) return next;
  next.splice(from, 1);
  next.splice(to, 0, item);
  return next;
}

/** The list with another item in one place. */
export function replaced<T>(items: readonly T[], at: number, item: T): T[] {
  return items.map((other, index) => (index === at ? item : other));
}

/** The list with an item more. */
export function inserted<T>(items: readonly T[], at: number, item: T): T[] {
  return [...items.slice(0, at), item, ...items.slice(at)];
}

/** The list without one item. */
export function without<T>(items: readonly T[], at: number): T[] {
  return items.filter((_, index) => index !== at);
}

/** The role that a message added at the end most likely has. */
export function nextRole(messages: readonly Message[]): Role {
  const last = messages.at(-1);
  if (last === undefined) return 'system';
  return last.role === 'user' ? 'assistant' : 'user';
}

/**
 * Messages as one text in which tags say who speaks, as in dotprompt. A lone message of the user needs none.
 * Nothing stands between a tag and its message: it would be sent.
 */
export function toText(messages: readonly Message[]): Body {
  const [first] = messages;
  if (messages.length <= 1 && (first === undefined || first.role === 'user')) {
    return { kind: 'text', template: first?.template ?? '' };
  }
  const parts = messages.map(({ role, template }) => `{{role "${role}"}}${template}`);
  return { kind: 'text', template: parts.join('') };
}

/**
 * The body with attachments at its last message. A text has none, so it becomes messages first, which sends the same.
 */
export function attached(body: Body, added: readonly Attachment[]): Body {
  const { messages } = body.kind === 'messages' ? body : toMessages(body.template);
  const last = messages.length - 1;
  const more = ({ attachments = [], ...message }: Message): Message => ({
    ...message,
    attachments: [...attachments, ...added],
  });
  return {
    kind: 'messages',
    messages: messages.map((message, at) => (at === last ? more(message) : message)),
  };
}

const roleTag = /^\{\{\s*role\s+["'](system|user|assistant|model|tool)["']\s*\}\}$/;

/** One text as messages, split at its role tags. Tags inside of a block decide at run time, so they stay. */
export function toMessages(text: string): Extract<Body, { kind: 'messages' }> {
  const cuts = roleTags(text);
  const messages: Message[] = cuts.map(({ role, to }, index) => ({
    role,
    template: text.slice(to, cuts[index + 1]?.from ?? text.length),
  }));
  const lead = text.slice(0, cuts[0]?.from ?? text.length);
  if (lead.trim() !== '' || messages.length === 0) messages.unshift({ role: 'user', template: lead });
  return { kind: 'messages', messages };
}

function roleTags(text: string): { from: number; to: number; role: Role }[] {
  const found: { from: number; to: number; role: Role }[] = [];
  let depth = 0;
  for (const { kind, from, to } of tagsOf(text)) {
    if (kind === 'open') depth += 1;
    else if (kind === 'close') depth -= 1;
    const word = roleTag.exec(text.slice(from, to))?.[1];
    if (word !== undefined && depth === 0)
      found.push({ from, to, role: word === 'model' ? 'assistant' : (word as Role) });
  }
  return found;
}

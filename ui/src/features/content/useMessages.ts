import { useMemo, useState } from 'react';
import type { Attachment, Message } from '../../bindings/types';
import type { WorkActions } from '../prompt/desk';
import { inserted, moved, nextRole, without } from './body';
import { MessageActs } from './messageActs';
import { contentTexts as texts } from './texts';
import { type KeyChanges, useKeys } from './useKeys';

/** What can be done with the messages of a prompt; the same for as long as they are on screen. */
export interface MessageEdits {
  readonly set: (at: number, part: Partial<Message>) => void;
  /** Changes the attachments that the message has by then: others may have come in the meantime. */
  readonly setAttachments: (at: number, next: (now: Attachment[]) => Attachment[]) => void;
  /** Adds an empty message. */
  readonly add: (at: number) => void;
  /** Moves a message, and offers to take that back. */
  readonly move: (from: number, to: number) => void;
  readonly duplicate: (at: number) => void;
  /** Removes a message, and offers to take that back. */
  readonly remove: (at: number) => void;
  /** Takes the last of such acts back, where nothing was changed since; tells whether there was one. */
  readonly undo: () => boolean;
}

/** The messages of a prompt as they are edited. */
export interface Messages {
  readonly keys: readonly number[];
  readonly edits: MessageEdits;
  /** Where the cursor belongs after a change; another object after each. */
  readonly wanted: Wanted | null;
}

/** The place of a message that the cursor belongs into. */
export interface Wanted {
  readonly at: number;
}

/** The messages of a prompt, with keys that stay with them. */
export function useMessages(count: number, actions: WorkActions): Messages {
  const { keys, changes } = useKeys(count);
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const edits = useMemo(() => editsOf(actions, changes, (at) => setWanted({ at })), [actions, changes]);
  return { keys, edits, wanted };
}

function editsOf(actions: WorkActions, keys: KeyChanges, goTo: (at: number) => void): MessageEdits {
  const messages = () => {
    const { body } = actions.now().content;
    return body.kind === 'messages' ? body.messages : [];
  };
  const change = (next: (messages: readonly Message[]) => Message[]) =>
    actions.setContent((now) =>
      now.body.kind === 'messages'
        ? { ...now, body: { ...now.body, messages: next(now.body.messages) } }
        : now,
    );
  const set = (at: number, part: (message: Message) => Partial<Message>) =>
    change((now) => now.map((message, index) => (index === at ? { ...message, ...part(message) } : message)));
  const insert = (at: number, message: Message) => {
    change((now) => inserted(now, at, message));
    keys.insert(at);
    goTo(at);
  };
  const moveTo = (from: number, to: number) => {
    change((now) => moved(now, from, to));
    keys.move(from, to);
    goTo(to);
  };
  const acts = new MessageActs(actions);
  return {
    set: (at, part) => set(at, () => part),
    setAttachments: (at, next) => set(at, ({ attachments = [] }) => ({ attachments: next(attachments) })),
    add: (at) => insert(at, { role: nextRole(messages().slice(0, at)), template: '' }),
    move: (from, to) => {
      if (to < 0 || to >= messages().length) return;
      const message = messages()[from];
      const key = keys.keyAt(from);
      if (message === undefined || key === undefined) return;
      const start = acts.movedFrom(key);
      moveTo(from, to);
      if (start !== null) acts.forgetLast();
      const home = start ?? from;
      if (home === to) return;
      const back = () => {
        const place = keys.placeOf(key);
        if (place >= 0) moveTo(place, Math.min(home, messages().length - 1));
      };
      acts.offer(texts.moved(texts.roles[message.role]), back, { key, from: home });
    },
    duplicate: (at) => {
      const message = messages()[at];
      if (message !== undefined) insert(at + 1, message);
    },
    remove: (at) => {
      const message = messages()[at];
      if (message === undefined) return;
      change((now) => without(now, at));
      keys.remove(at);
      goTo(Math.min(at, messages().length - 1));
      acts.offer(texts.removed(texts.roles[message.role]), () =>
        insert(Math.min(at, messages().length), message),
      );
    },
    undo: () => acts.undo(),
  };
}

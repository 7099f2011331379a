import { describe, expect, it } from 'vitest';
import type { Attachment, Message } from '../../bindings/types';
import { attached, moved, nextRole, toMessages, toText } from './body';

const system: Message = { role: 'system', template: 'Be brief.' };
const user: Message = { role: 'user', template: '{{#if a}}\n{{a}}\n{{/if}}' };

describe('one text and messages', () => {
  it.each<[string, Message[]]>([
    ['a system and a user message', [system, user]],
    ['a lone message of the user', [user]],
    ['a lone message of the system', [system]],
    ['an empty message', [system, { role: 'user', template: '' }]],
    [
      'line breaks at the ends',
      [
        { role: 'assistant', template: '\na\n' },
        { role: 'user', template: 'b\n' },
      ],
    ],
  ])('%s comes back the same', (_, messages) => {
    const text = toText(messages);
    expect(text.kind === 'text' && toMessages(text.template)).toEqual({ kind: 'messages', messages });
  });

  it('a text without roles is spoken by the user', () => {
    expect(toMessages('Hello {{name}}')).toEqual({
      kind: 'messages',
      messages: [{ role: 'user', template: 'Hello {{name}}' }],
    });
  });

  it('a role that hangs on a value is left where it stands', () => {
    const text = '{{#if strict}}{{role "system"}}Be strict.{{/if}}';
    expect(toMessages(text)).toEqual({ kind: 'messages', messages: [{ role: 'user', template: text }] });
  });

  it('text before the first role stays, and the model is the assistant', () => {
    expect(toMessages('Hi.\n{{role "model"}}\nHello.')).toEqual({
      kind: 'messages',
      messages: [
        { role: 'user', template: 'Hi.\n' },
        { role: 'assistant', template: '\nHello.' },
      ],
    });
  });
});

it('what is attached to a text makes messages of it, and belongs to the last', () => {
  const image: Attachment = { name: 'a.png', mediaType: 'image/png', hash: 'att_1', bytes: 1 };
  const body = attached({ kind: 'text', template: '{{role "system"}}Be brief.{{role "user"}}Look.' }, [
    image,
  ]);
  expect(body).toEqual({
    kind: 'messages',
    messages: [system, { role: 'user', template: 'Look.', attachments: [image] }],
  });
  expect(attached(body, [image])).toMatchObject({ messages: [{}, { attachments: [image, image] }] });
});

it('an item moves and the others keep their order', () => {
  expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
  expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
  expect(moved(['a', 'b'], 1, 2)).toEqual(['a', 'b']);
});

it('speakers take turns', () => {
  expect(nextRole([])).toBe('system');
  expect(nextRole([system])).toBe('user');
  expect(nextRole([system, user])).toBe('assistant');
});

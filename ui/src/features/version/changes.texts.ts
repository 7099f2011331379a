import type { ContentChange, MergedList, Role } from '../../bindings/types';

const message = (index: number, role: Role) => `Message ${index + 1} (${role})`;
const lists: Record<MergedList, string> = {
  messages: 'Messages',
  attachments: 'Attachments',
  variables: 'Variables',
  tools: 'Tools',
  validations: 'Validations',
};
const fields: Record<string, string> = {
  temperature: 'Temperature',
  topP: 'Top P',
  topK: 'Top K',
  maxTokens: 'Most tokens',
  stop: 'Stop texts',
  seed: 'Seed',
};

/** The longest value that is shown in a sentence. */
const MOST = 60;

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}

function fromTo(from: unknown, to: unknown): string {
  if (from === null || from === undefined) return `set to ${shown(to)}`;
  if (to === null || to === undefined) return `unset, was ${shown(from)}`;
  return `changed from ${shown(from)} to ${shown(to)}`;
}

function lines(added: number, removed: number): string {
  const word = (count: number) => (count === 1 ? 'line' : 'lines');
  if (removed === 0) return `${added} ${word(added)} added`;
  if (added === 0) return `${removed} ${word(removed)} removed`;
  return `${added} ${word(added)} added, ${removed} removed`;
}

/** A change of what a prompt holds, as a sentence. Places are counted from 1. */
export function changeText(change: ContentChange): string {
  switch (change.kind) {
    case 'bodyChanged':
      return change.messages ? 'The text became messages' : 'The messages became a text';
    case 'textChanged':
      return `Text: ${lines(change.added, change.removed)}`;
    case 'messageAdded':
      return `${message(change.index, change.role)} added`;
    case 'messageRemoved':
      return `${message(change.index, change.role)} removed`;
    case 'messageMoved':
      return `${message(change.from, change.role)} moved to place ${change.index + 1}`;
    case 'roleChanged':
      return `Message ${change.index + 1} is ${change.to} now, was ${change.from}`;
    case 'messageChanged':
      return `${message(change.index, change.role)}: ${lines(change.added, change.removed)}`;
    case 'attachmentAdded':
      return `${change.name} attached to message ${change.index + 1}`;
    case 'attachmentRemoved':
      return `${change.name} taken from message ${change.index + 1}`;
    case 'attachmentChanged':
      return `${change.name} of message ${change.index + 1} changed`;
    case 'variableAdded':
      return `Variable ${change.name} (${change.to}) added`;
    case 'variableRemoved':
      return `Variable ${change.name} removed`;
    case 'variableRenamed':
      return `Variable ${change.from} renamed to ${change.name}`;
    case 'variableRetyped':
      return `Variable ${change.name} is ${change.to} now, was ${change.from}`;
    case 'variableRequired':
      return `Variable ${change.name} made ${change.required ? 'required' : 'optional'}`;
    case 'variableChanged':
      return `Variable ${change.name}: ${change.field} ${fromTo(change.from, change.to)}`;
    case 'engineChanged':
      return `Template language ${fromTo(change.from, change.to)}`;
    case 'modelChanged':
      return `Model ${fromTo(change.from, change.to)}`;
    case 'parameterChanged': {
      const name = change.path.join('.');
      return `${fields[name] ?? name} ${fromTo(change.from, change.to)}`;
    }
    case 'toolAdded':
      return `Tool ${change.name} added`;
    case 'toolRemoved':
      return `Tool ${change.name} removed`;
    case 'toolChanged':
      return `Tool ${change.name} changed`;
    case 'validationAdded':
      return `Validation ${change.name} added`;
    case 'validationRemoved':
      return `Validation ${change.name} removed`;
    case 'validationChanged':
      return `Validation ${change.name} changed`;
    case 'reordered':
      return `${lists[change.list]} in another order`;
  }
}

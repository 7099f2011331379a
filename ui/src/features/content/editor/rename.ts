import type { Body, Content } from '../../../bindings/types';
import { isName } from '../../variable/variable';
import { reservedNames } from './helpers';
import { type Block, type IsFlag, paramsOf, pathsOf, readTemplate, resolve } from './scope';
import type { Part } from './syntax';

/** What is edited of a prompt, where it names variables. */
export interface Named {
  readonly content: Content;
  readonly inputs: Record<string, unknown>;
}

/** The use of a variable by its name. */
export interface Use {
  readonly part: Part;
  /** Whether a block parameter takes this name for itself here, so that only `this.name` is the variable. */
  readonly isTaken: (name: string) => boolean;
}

/** Whether a section over a variable is a condition: where it is declared as a boolean. */
function flagsOf({ variables }: Pick<Content, 'variables'>): IsFlag {
  return (name) => variables.some((variable) => variable.name === name && variable.type === 'boolean');
}

/** Where a template names a variable: fields, block parameters, strings and comments of that name are others. */
export function usesIn(text: string, name: string, isFlag: IsFlag): Use[] {
  const { tags, blocks } = readTemplate(text);
  const found = tags.flatMap(({ tag, scope }) =>
    pathsOf(tag).flatMap((path): Use[] => {
      const part = resolve(path, scope, isFlag)?.variable;
      if (part?.name !== name) return [];
      const bare = !path.local && !path.scoped && path.ups === 0;
      return [{ part, isTaken: (other) => bare && paramsOf(scope, isFlag).includes(other) }];
    }),
  );
  return found
    .concat(blocks.flatMap((block) => endOf(block, found)))
    .sort((one, other) => one.part.from - other.part.from);
}

/** The name at the end of a section, which repeats what its beginning says. */
function endOf({ open, close }: Block, uses: readonly Use[]): Use[] {
  const [start, end] = [open.name, close?.name];
  if (!start || !end || start.name !== end.name) return [];
  return uses.flatMap(({ part, isTaken }) => {
    if (part.from < start.from || part.to > start.to) return [];
    const from = part.from - start.from + end.from;
    return [{ part: { ...part, from, to: from + part.name.length }, isTaken }];
  });
}

/** A template with another name for a variable. */
export function renameInText(text: string, from: string, to: string, isFlag: IsFlag): string {
  let done = '';
  let at = 0;
  for (const { part, isTaken } of usesIn(text, from, isFlag)) {
    done += text.slice(at, part.from) + (isTaken(to) ? `this.${to}` : to);
    at = part.to;
  }
  return done + text.slice(at);
}

/** A prompt with another name for a variable: in its declaration, among the inputs, and in every template. */
export function renamed({ content, inputs }: Named, from: string, to: string): Named {
  const isFlag = flagsOf(content);
  return {
    content: {
      ...content,
      body: withTemplates(content.body, (text) => renameInText(text, from, to, isFlag)),
      variables: content.variables.map((variable) =>
        variable.name === from ? { ...variable, name: to } : variable,
      ),
    },
    inputs: renamedInput(inputs, from, to),
  };
}

function withTemplates(body: Body, change: (text: string) => string): Body {
  if (body.kind === 'text') return { kind: 'text', template: change(body.template) };
  const messages = body.messages.map((message) => {
    const template = change(message.template);
    return template === message.template ? message : { ...message, template };
  });
  return { kind: 'messages', messages };
}

function renamedInput(inputs: Record<string, unknown>, from: string, to: string): Record<string, unknown> {
  if (!(from in inputs) || to in inputs) return inputs;
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name === from ? to : name, value]),
  );
}

/** The templates of a body in order. */
function templatesOf(body: Body): string[] {
  return body.kind === 'text' ? [body.template] : body.messages.map(({ template }) => template);
}

/** Why a variable cannot get a name. */
export type RenameProblem = 'malformed' | 'reserved' | 'taken';

/**
 * Why a variable cannot get another name; nothing where it can. A name that templates or inputs use already is taken,
 * declared or not: two would become one, and no undo could tell them apart.
 */
export function renameProblem({ content, inputs }: Named, from: string, to: string): RenameProblem | null {
  if (!isName(to)) return 'malformed';
  if (to === from) return null;
  if (reservedNames.has(to)) return 'reserved';
  const isFlag = flagsOf(content);
  const isTaken =
    content.variables.some(({ name }) => name === to) ||
    to in inputs ||
    templatesOf(content.body).some((text) => usesIn(text, to, isFlag).length > 0);
  return isTaken ? 'taken' : null;
}

import { type EditorState, Facet, type Text } from '@codemirror/state';
import type { PartialChoice } from '../../../bindings/types';
import type { Knowledge } from './knowledge';
import { type RenameProblem } from './rename';
import { readTemplate, type Template } from './scope';

/** What stands around the editor of a template: what is known there, and what it can be asked for. */
export interface Surroundings {
  /** What is known just now. It is asked for when it is needed, so that nothing is done on a keystroke. */
  readonly know: () => Knowledge;
  /** Whether tags decide here who speaks. */
  readonly hasRoles: () => boolean;
  /** Goes to the input of a variable. */
  readonly goToInput: (name: string) => void;
  /** Why a variable cannot have another name. */
  readonly renameProblem: (from: string, to: string) => RenameProblem | null;
  /** Gives a variable another name, wherever it stands, and offers to take that back. */
  readonly rename: (from: string, to: string) => void;
  /** Gives a variable its other name again, as it was taken back in one text. */
  readonly renameBack: (from: string, to: string) => void;
  /** Declares a variable. */
  readonly declare: (name: string) => void;
  /** The prompts that can be called as partials and have some text. */
  readonly partials: (search: string) => Promise<readonly PartialChoice[]>;
  /** Goes to a prompt. */
  readonly openPrompt: (id: string) => void;
}

const NOBODY: Surroundings = {
  know: () => ({ variables: [], inputs: {}, partials: [] }),
  hasRoles: () => false,
  goToInput: () => undefined,
  renameProblem: () => null,
  rename: () => undefined,
  renameBack: () => undefined,
  declare: () => undefined,
  partials: () => Promise.resolve([]),
  openPrompt: () => undefined,
};

/** What stands around an editor; an editor that stands alone knows nothing. */
export const surroundings = Facet.define<Surroundings, Surroundings>({
  combine: ([first]) => first ?? NOBODY,
});

const read = new WeakMap<Text, Template>();

/** The template in an editor, read at most once for each text it has. */
export function templateOf({ doc }: EditorState): Template {
  const known = read.get(doc);
  if (known !== undefined) return known;
  const template = readTemplate(doc.toString());
  read.set(doc, template);
  return template;
}

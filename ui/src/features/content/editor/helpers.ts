import { type Helper, helpers } from '../../../bindings/helpers';
import { editorTexts } from './texts';

/** Words with a meaning of their own that are no values of the inputs. */
export const locals: Readonly<Record<string, string>> = editorTexts.locals;

/** The names that are helpers also where nothing is given to them. */
export const helperNames: ReadonlySet<string> = new Set(
  helpers.filter(({ isTaken }) => isTaken).map(({ name }) => name),
);

/** The names that mean something else in a tag, so that a variable had better not have them. */
export const reservedNames: ReadonlySet<string> = new Set([
  ...helperNames,
  'else',
  'this',
  'as',
  'true',
  'false',
  'null',
  'undefined',
]);

/** The helper of a name. */
export function helperOfName(name: string): Helper | undefined {
  return helpers.find((known) => known.name === name);
}

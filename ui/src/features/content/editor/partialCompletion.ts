import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import type { EditorView } from '@codemirror/view';
import type { PartialChoice } from '../../../bindings/types';
import { choiceCard } from './card';
import { surroundings } from './state';
import { isEscaped } from './syntax';
import { editorTexts as texts } from './texts';

/** How far before the cursor its tag is looked for. */
const MOST_LOOKED_AT = 300;

/** The prompts of the library where the name of a partial stands, by name and by label. */
export async function partialCompletions({
  state,
  pos,
}: CompletionContext): Promise<CompletionResult | null> {
  const before = state.sliceDoc(Math.max(0, pos - MOST_LOOKED_AT), pos);
  const tag = /\{\{~?#?>\s*(["']?)([\w./@-]*)$/.exec(before);
  if (tag === null || isEscaped(before, tag.index)) return null;
  const [, quote = '', typed = ''] = tag;
  const found = await state.facet(surroundings).partials(typed.replace(/@.*$/, ''));
  const from = pos - typed.length;
  const options = found.flatMap((choice) => optionsOf(choice, quote));
  // The host looks for words anywhere in the name, so what is typed on narrows what was found.
  return { from, options, validFor: /^[\w./@-]*$/ };
}

function optionsOf(choice: PartialChoice, quote: string): Completion[] {
  const option = (label: string, boost: number): Completion => ({
    label,
    type: 'text',
    detail: choice.title === '' ? texts.partial : choice.title,
    boost,
    info: () => choiceCard(choice),
    apply: put(label, quote),
  });
  return [option(choice.name, 1), ...choice.labels.map((label) => option(`${choice.name}@${label}`, 0))];
}

/** Puts a name in, in quotes where it needs them, and the end of the tag where it is missing. */
function put(name: string, quote: string) {
  return (view: EditorView, _: Completion, from: number, to: number) => {
    const mark = quote !== '' || !name.includes('@') ? quote : '"';
    const after = view.state.sliceDoc(to, to + 3);
    const isQuoted = mark !== '' && after.startsWith(mark);
    const close = isQuoted ? '' : mark;
    const isClosed = after.slice(isQuoted ? 1 : 0).startsWith('}}');
    const insert = `${quote === '' ? mark : ''}${name}${close}${isClosed ? '' : '}}'}`;
    const passed = (isQuoted ? 1 : 0) + (isClosed ? 2 : 0);
    view.dispatch({
      changes: { from, to, insert },
      selection: { anchor: from + insert.length + passed },
      userEvent: 'input.complete',
    });
  };
}

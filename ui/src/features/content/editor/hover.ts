import { EditorView, hoverTooltip, type KeyBinding, type Tooltip } from '@codemirror/view';
import { type Thing, thingAt } from './at';
import { helperCard, localCard, partialCard, valueCard } from './card';
import { surroundings } from './state';

/** What is told of a thing. */
function cardOf(thing: Thing): HTMLElement | null {
  switch (thing.kind) {
    case 'helper':
      return helperCard(thing.name);
    case 'local':
      return localCard(thing.name);
    case 'partial':
      return partialCard(thing.partial);
    case 'value':
      return valueCard(thing.field, thing.isRequired, thing.variable !== null);
  }
}

function tooltipAt(view: EditorView, at: number): Tooltip | null {
  const thing = thingAt(view.state, at);
  const dom = thing && cardOf(thing);
  return dom && { pos: thing.from, end: thing.to, above: true, create: () => ({ dom }) };
}

/** Goes to the prompt that is called at an offset, or to the input of the variable, and tells whether one is there. */
function goTo(view: EditorView, at: number | null): boolean {
  const thing = at === null ? null : thingAt(view.state, at);
  if (thing?.kind === 'partial') {
    view.state.facet(surroundings).openPrompt(thing.partial.promptId);
    return true;
  }
  if (thing?.kind !== 'value' || thing.field.shape.of === null) return false;
  view.state.facet(surroundings).goToInput(thing.field.shape.of);
  return true;
}

/** What the pointer rests on is told; a click with Ctrl or Cmd goes to what it leads to. */
export const hover = [
  hoverTooltip(tooltipAt),
  EditorView.domEventHandlers({
    mousedown: (event, view) =>
      event.button === 0 &&
      (event.ctrlKey || event.metaKey) &&
      goTo(view, view.posAtCoords({ x: event.clientX, y: event.clientY })),
  }),
];

/** The same by keyboard. */
export const hoverKeys: KeyBinding[] = [
  { key: 'F12', run: (view) => goTo(view, view.state.selection.main.head) },
];

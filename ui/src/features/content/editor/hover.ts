import { EditorView, hoverTooltip, type KeyBinding, type Tooltip } from '@codemirror/view';
import { type Thing, thingAt } from './at';
import { helperCard, localCard, valueCard } from './card';
import { surroundings } from './state';

/** What is told of a thing. */
function cardOf(thing: Thing): HTMLElement | null {
  switch (thing.kind) {
    case 'helper':
      return helperCard(thing.name);
    case 'local':
      return localCard(thing.name);
    case 'value':
      return valueCard(thing.field, thing.isRequired, thing.variable !== null);
  }
}

function tooltipAt(view: EditorView, at: number): Tooltip | null {
  const thing = thingAt(view.state, at);
  const dom = thing && cardOf(thing);
  return dom && { pos: thing.from, end: thing.to, above: true, create: () => ({ dom }) };
}

/** Goes to the input of the variable at an offset, and tells whether one is there. */
function goToInput(view: EditorView, at: number | null): boolean {
  const thing = at === null ? null : thingAt(view.state, at);
  if (thing?.kind !== 'value' || thing.field.shape.of === null) return false;
  view.state.facet(surroundings).goToInput(thing.field.shape.of);
  return true;
}

/** What the pointer rests on is told; a click with Ctrl or Cmd goes to the input of a variable. */
export const hover = [
  hoverTooltip(tooltipAt),
  EditorView.domEventHandlers({
    mousedown: (event, view) =>
      event.button === 0 &&
      (event.ctrlKey || event.metaKey) &&
      goToInput(view, view.posAtCoords({ x: event.clientX, y: event.clientY })),
  }),
];

/** The same by keyboard. */
export const hoverKeys: KeyBinding[] = [
  { key: 'F12', run: (view) => goToInput(view, view.state.selection.main.head) },
];

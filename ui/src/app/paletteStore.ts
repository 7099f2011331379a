import { createSpotlight } from '@mantine/spotlight';
import { commandTexts } from './commands.texts';
import { KeysAhead } from './keysAhead';

/** The state of the palette, and what opens it: both are there before the palette itself is loaded. */
export const [paletteStore, palette] = createSpotlight();

/** The keys that are pressed before its search has the focus. */
export const keysAhead = new KeysAhead({
  edit: (change) => {
    const state = paletteStore.getState();
    paletteStore.setState({ ...state, query: change(state.query) });
  },
  close: palette.close,
  calls: commandTexts.palette.keys as string,
});

let wasOpened = false;
let before: Element | null = null;
paletteStore.subscribe(({ opened }) => {
  if (opened === wasOpened) return;
  wasOpened = opened;
  if (opened) {
    before = document.activeElement;
    keysAhead.begin();
    return;
  }
  keysAhead.end();
  // At once: what is carried out may be about what had the focus, or take it elsewhere.
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
});

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
paletteStore.subscribe(({ opened }) => {
  if (opened === wasOpened) return;
  wasOpened = opened;
  if (opened) keysAhead.begin();
  else keysAhead.end();
});

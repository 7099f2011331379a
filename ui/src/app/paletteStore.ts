import { createSpotlight } from '@mantine/spotlight';

/** The state of the palette, and what opens it: both are there before the palette itself is loaded. */
export const [paletteStore, palette] = createSpotlight();

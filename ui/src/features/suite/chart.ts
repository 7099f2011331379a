/** The sizes of a chart of runs, in its own units. */
export const CHART = { width: 290, height: 130, top: 20, bottom: 110 } as const;

/** The widest that a bar is, and the gap between two. */
const WIDEST = 24;
const GAP = 4;

interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A bar for each value on an axis that ends with `most`, side by side from the left; none where there is no value. */
export function bars(values: readonly (number | null)[], most: number): (Bar | null)[] {
  const step = Math.min(WIDEST + GAP, CHART.width / Math.max(1, values.length));
  const full = CHART.bottom - CHART.top;
  return values.map((value, at) => {
    if (value === null) return null;
    // A value of nothing is still to be seen as one.
    const height = Math.max(1, most === 0 ? 0 : (Math.min(value, most) / most) * full);
    return { x: at * step, y: CHART.bottom - height, width: step - GAP, height };
  });
}

/** How many pixels of a saved picture stand for one unit of a chart: sharp in a document, and on a large screen. */
const PIXELS = 4;

/** The same picture in pixels, as PNG. */
export async function inPixels(drawing: string): Promise<Blob> {
  const image = new Image();
  // The address of a blob would be no picture to the policy of the page; what stands in the address itself is one.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawing)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = CHART.width * PIXELS;
  canvas.height = CHART.height * PIXELS;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, fail) => {
    canvas.toBlob((blob) => {
      if (blob === null) fail(new Error('The picture cannot be made: save it as SVG.'));
      else done(blob);
    }, 'image/png');
  });
}

/** A drawing of the page as a picture that stands alone: with the colours of the page in place of their names. */
export function picture(drawing: string, colour: (name: string) => string): string {
  const coloured = drawing.replaceAll(/var\((--[\w-]+)\)/g, (_, name: string) => colour(name));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${coloured}\n`;
}

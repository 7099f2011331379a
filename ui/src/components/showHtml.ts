/** A part of a Markdown text as it was parsed. */
interface Part {
  type: string;
  value?: string;
  /** The words for an image. */
  alt?: string | null;
  children?: Part[];
}

/** What holds blocks, where HTML is a block of its own; elsewhere it stands in a line. */
const HOLDS_BLOCKS = new Set(['root', 'blockquote', 'listItem', 'footnoteDefinition']);

/**
 * Shows the HTML that a model wrote as the text that it is: nothing that was said goes missing. Between blocks it is
 * set as code, within a line it is a part of it. Of an image, which is not loaded, its words are shown.
 */
export function showHtml() {
  return show;
}

function show(part: Part): void {
  const isBlock = HOLDS_BLOCKS.has(part.type);
  for (const child of part.children ?? []) {
    if (child.type === 'html') child.type = isBlock ? 'code' : 'text';
    else if (child.type === 'image' || child.type === 'imageReference') {
      child.value = child.alt ?? '';
      child.type = 'text';
    } else show(child);
  }
}

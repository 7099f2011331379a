/** Where the page itself has scrolled boxes to, so that the reader's own scrolling is told from it. */
const placed = new WeakMap<Element, number>();

/** Scrolls a box for the reader. */
export function place(box: Element, top: number): void {
  const before = box.scrollTop;
  box.scrollTop = top;
  if (box.scrollTop !== before) placed.set(box, box.scrollTop);
}

/** Whether a box that says it was scrolled is where the page has put it. */
export function wasPlaced(box: Element): boolean {
  const top = placed.get(box);
  placed.delete(box);
  return top !== undefined && Math.abs(box.scrollTop - top) < 1;
}

/** Boxes that scroll together, each to the same share of its own length. */
export class Together {
  private readonly boxes = new Set<Element>();
  private isOn = false;

  /** Whether they do. */
  turn(isOn: boolean): void {
    this.isOn = isOn;
  }

  /** Takes a box in. Answers how to let it go. */
  join(box: Element): () => void {
    this.boxes.add(box);
    return () => {
      this.boxes.delete(box);
    };
  }

  /** The reader has scrolled a box: the others follow it. */
  lead(box: Element): void {
    if (!this.isOn) return;
    const room = box.scrollHeight - box.clientHeight;
    const share = room <= 0 ? 0 : box.scrollTop / room;
    for (const other of this.boxes) {
      if (other !== box) place(other, share * (other.scrollHeight - other.clientHeight));
    }
  }
}

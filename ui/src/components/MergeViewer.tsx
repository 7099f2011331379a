import { getChunks, goToNextChunk, goToPreviousChunk, MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { type Ref, useImperativeHandle, useLayoutEffect, useRef } from 'react';
import classes from './MergeViewer.module.css';

/** How two texts are shown. */
export type Layout = 'side' | 'unified';

/** Goes from one difference to another. */
export interface MergeHandle {
  next: () => void;
  previous: () => void;
}

interface Props {
  readonly from: string;
  readonly to: string;
  readonly fromLabel: string;
  readonly toLabel: string;
  readonly layout: Layout;
  /** Whether all is shown: otherwise long stretches without a difference are folded. */
  readonly isWhole: boolean;
  /** The looks of both texts, and what is highlighted in them; the same value at each render. */
  readonly extensions: Extension;
  readonly ref?: Ref<MergeHandle>;
  /** How many differences there are. */
  readonly onChanges?: (count: number) => void;
}

/** Two texts and what differs between them, word by word, to be read only. */
export function MergeViewer(props: Props) {
  const { from, to, fromLabel, toLabel, layout, isWhole, extensions, ref, onChanges } = props;
  const parent = useRef<HTMLDivElement>(null);
  const shown = useRef<EditorView>(null);
  useImperativeHandle(ref, () => {
    const go = (command: typeof goToNextChunk) => {
      const view = shown.current;
      if (view === null) return;
      command(view);
      const { head } = view.state.selection.main;
      view.dispatch({ effects: EditorView.scrollIntoView(head, { y: 'center' }) });
    };
    return { next: () => go(goToNextChunk), previous: () => go(goToPreviousChunk) };
  });
  useLayoutEffect(() => {
    if (parent.current === null) return;
    const fold = isWhole ? {} : { collapseUnchanged: { margin: 3, minSize: 6 } };
    const sides = { a: { doc: from, label: fromLabel }, b: { doc: to, label: toLabel } };
    const { view, destroy } =
      layout === 'side'
        ? sideBySide(parent.current, sides, fold, extensions)
        : unified(parent.current, sides, fold, extensions);
    shown.current = view;
    onChanges?.(getChunks(view.state)?.chunks.length ?? 0);
    return () => {
      shown.current = null;
      destroy();
    };
  }, [from, to, fromLabel, toLabel, layout, isWhole, extensions, onChanges]);
  return <div ref={parent} className={classes.merge} />;
}

interface Side {
  readonly doc: string;
  readonly label: string;
}

interface Sides {
  readonly a: Side;
  readonly b: Side;
}

interface Fold {
  readonly collapseUnchanged?: { margin: number; minSize: number };
}

interface Shown {
  /** The view that a difference is gone to in. */
  readonly view: EditorView;
  readonly destroy: () => void;
}

function readOnly(label: string, extensions: Extension): Extension {
  return [
    lineNumbers(),
    EditorView.lineWrapping,
    EditorState.readOnly.of(true),
    EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': 'true', tabindex: '0' }),
    extensions,
  ];
}

function sideBySide(parent: HTMLElement, { a, b }: Sides, fold: Fold, extensions: Extension): Shown {
  const merge = new MergeView({
    parent,
    a: { doc: a.doc, extensions: readOnly(a.label, extensions) },
    b: { doc: b.doc, extensions: readOnly(b.label, extensions) },
    ...fold,
    gutter: true,
  });
  return { view: merge.b, destroy: () => merge.destroy() };
}

function unified(parent: HTMLElement, { a, b }: Sides, fold: Fold, extensions: Extension): Shown {
  const merge = unifiedMergeView({ original: a.doc, mergeControls: false, ...fold });
  const label = `${a.label}, ${b.label}`;
  const view = new EditorView({ parent, doc: b.doc, extensions: [readOnly(label, extensions), merge] });
  return { view, destroy: () => view.destroy() };
}

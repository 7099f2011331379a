import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { useLayoutEffect, useRef } from 'react';
import { handlebars } from '../content/editor/handlebars';
import { theme } from '../content/editor/theme';
import classes from './VersionsTab.module.css';

/** How two texts are shown. */
export type Layout = 'side' | 'unified';

/** Two texts and what differs between them, to be read only. */
export function MergeViewer(props: {
  readonly from: string;
  readonly to: string;
  readonly fromLabel: string;
  readonly toLabel: string;
  readonly layout: Layout;
  /** Whether all is shown: otherwise long stretches without a difference are folded. */
  readonly isWhole: boolean;
}) {
  const { from, to, fromLabel, toLabel, layout, isWhole } = props;
  const parent = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (parent.current === null) return;
    const fold = isWhole ? {} : { collapseUnchanged: { margin: 3, minSize: 6 } };
    const view =
      layout === 'side'
        ? sideBySide(parent.current, { doc: from, label: fromLabel }, { doc: to, label: toLabel }, fold)
        : unified(parent.current, from, { doc: to, label: `${fromLabel}, ${toLabel}` }, fold);
    return () => view.destroy();
  }, [from, to, fromLabel, toLabel, layout, isWhole]);
  return <div ref={parent} className={classes.merge} />;
}

interface Side {
  readonly doc: string;
  readonly label: string;
}

interface Fold {
  readonly collapseUnchanged?: { margin: number; minSize: number };
}

function readOnly(label: string): Extension {
  return [
    lineNumbers(),
    EditorView.lineWrapping,
    EditorState.readOnly.of(true),
    EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': 'true', tabindex: '0' }),
    handlebars,
    theme,
  ];
}

function sideBySide(parent: HTMLElement, a: Side, b: Side, fold: Fold): MergeView {
  return new MergeView({
    parent,
    a: { doc: a.doc, extensions: readOnly(a.label) },
    b: { doc: b.doc, extensions: readOnly(b.label) },
    ...fold,
    gutter: true,
  });
}

function unified(parent: HTMLElement, original: string, side: Side, fold: Fold): EditorView {
  const merge = unifiedMergeView({ original, mergeControls: false, ...fold });
  return new EditorView({ parent, doc: side.doc, extensions: [readOnly(side.label), merge] });
}

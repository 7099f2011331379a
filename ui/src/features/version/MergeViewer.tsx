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
}) {
  const { from, to, fromLabel, toLabel, layout } = props;
  const parent = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (parent.current === null) return;
    const view =
      layout === 'side'
        ? sideBySide(parent.current, { doc: from, label: fromLabel }, { doc: to, label: toLabel })
        : unified(parent.current, from, { doc: to, label: `${fromLabel}, ${toLabel}` });
    return () => view.destroy();
  }, [from, to, fromLabel, toLabel, layout]);
  return <div ref={parent} className={classes.merge} />;
}

interface Side {
  readonly doc: string;
  readonly label: string;
}

const collapse = { margin: 3, minSize: 6 };

function readOnly(label: string): Extension {
  return [
    lineNumbers(),
    EditorView.lineWrapping,
    EditorState.readOnly.of(true),
    EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': 'true' }),
    handlebars,
    theme,
  ];
}

function sideBySide(parent: HTMLElement, a: Side, b: Side): MergeView {
  return new MergeView({
    parent,
    a: { doc: a.doc, extensions: readOnly(a.label) },
    b: { doc: b.doc, extensions: readOnly(b.label) },
    collapseUnchanged: collapse,
    gutter: true,
  });
}

function unified(parent: HTMLElement, original: string, side: Side): EditorView {
  const merge = unifiedMergeView({ original, mergeControls: false, collapseUnchanged: collapse });
  return new EditorView({ parent, doc: side.doc, extensions: [readOnly(side.label), merge] });
}

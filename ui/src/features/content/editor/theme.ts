import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const tooltip = {
  border: '1px solid var(--line)',
  borderRadius: 'var(--radius)',
  background: 'var(--panel)',
  color: 'var(--ink)',
  boxShadow: '0 4px 16px rgb(0 0 0 / 18%)',
};

const underline = (colour: string) => ({
  backgroundImage: 'none',
  textDecoration: `underline wavy ${colour}`,
  textDecorationSkipInk: 'none',
  textUnderlineOffset: '3px',
});

/** The editors' looks, all from the tokens, so that light and dark are the same rules. */
const looks = EditorView.theme({
  '&': { color: 'var(--ink)', background: 'transparent', fontSize: 'var(--mono)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--font-mono)',
    fontVariantLigatures: 'none',
    lineHeight: '1.6',
    minHeight: 'inherit',
  },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ink)', minHeight: 'inherit' },
  '.cm-line': { padding: '0 12px 0 0' },
  '.cm-gutters': { background: 'transparent', color: 'var(--faint)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 12px 0 8px', minWidth: '40px' },
  '.cm-activeLineGutter': { background: 'transparent' },
  '&.cm-focused .cm-activeLineGutter': { color: 'var(--ink)' },
  '.cm-content ::selection': { background: 'color-mix(in srgb, var(--accent) 25%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-selectionBackground': { background: 'var(--soft)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--accent) 25%, transparent)',
  },
  '.cm-matchingBracket': { background: 'transparent' },
  '&.cm-focused .cm-matchingBracket': {
    background: 'transparent',
    boxShadow: 'inset 0 0 0 1px var(--control)',
    borderRadius: '2px',
  },
  '.cm-nonmatchingBracket, &.cm-focused .cm-nonmatchingBracket': { background: 'transparent' },
  '.cm-placeholder': { color: 'var(--faint)' },
  '.cm-hb-value': {
    color: 'var(--var)',
    background: 'var(--var-soft)',
    borderRadius: '3px',
    padding: '1px 0',
  },
  '.cm-hb-key': { color: 'var(--key)' },
  '.cm-hb-literal': { color: 'var(--accent)' },
  '.cm-hb-match': { boxShadow: 'inset 0 0 0 1px var(--control)', borderRadius: '3px' },
  '.cm-foldGutter .cm-gutterElement': { width: '14px', textAlign: 'center', cursor: 'pointer' },
  '.cm-foldPlaceholder': {
    background: 'var(--soft)',
    border: '1px solid var(--line)',
    borderRadius: '4px',
    color: 'var(--mute)',
    padding: '0 8px',
    margin: '0 4px',
  },
  '.cm-card': {
    maxWidth: '380px',
    maxHeight: '320px',
    overflow: 'auto',
    padding: '8px 12px',
    font: 'var(--text) / 1.45 var(--font)',
  },
  '.cm-card-head': { display: 'flex', gap: '8px', alignItems: 'baseline' },
  '.cm-card-head b': { fontFamily: 'var(--font-mono)', fontSize: 'var(--mono)', overflowWrap: 'anywhere' },
  '.cm-card-head span, .cm-card small': { color: 'var(--mute)', fontSize: 'var(--text-small)' },
  '.cm-card small': { display: 'block', marginTop: '4px' },
  '.cm-card p': { margin: '4px 0 0' },
  '.cm-card pre': {
    margin: '0',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    fontFamily: 'var(--font-mono)',
    fontSize: 'var(--mono)',
  },
  '.cm-tooltip.cm-completionInfo': { padding: '0' },
  '.cm-rename': {
    display: 'flex',
    flexDirection: 'column',
    gap: '4px',
    padding: '8px',
    font: 'var(--text-small) / 1.45 var(--font)',
  },
  '.cm-rename input': { padding: '4px 8px', color: 'var(--ink)', fontFamily: 'var(--font-mono)' },
  '.cm-rename-problem': { color: 'var(--bad)' },
  '.cm-diagnosticAction': {
    background: 'var(--accent-soft)',
    color: 'var(--accent)',
    borderRadius: 'var(--radius)',
    padding: '2px 8px',
    margin: '4px 0 0',
    fontSize: 'var(--text-small)',
  },
  '.cm-hb-comment': { color: 'var(--faint)', fontStyle: 'italic' },
  '.cm-tooltip': tooltip,
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', fontSize: 'var(--mono)' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '4px 8px !important' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    background: 'var(--accent-soft) !important',
    color: 'var(--ink) !important',
  },
  '.cm-completionDetail': { color: 'var(--mute)', fontStyle: 'normal', fontFamily: 'var(--font)' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600' },
  '.cm-diagnostic': {
    padding: '8px 12px',
    font: 'var(--text) / 1.45 var(--font)',
    borderLeft: 'none',
    maxWidth: '420px',
  },
  '.cm-diagnostic + .cm-diagnostic': { borderTop: '1px solid var(--line)' },
  '.cm-diagnostic .cm-hint': { color: 'var(--mute)' },
  '.cm-lintRange-error': underline('var(--bad)'),
  '.cm-lintRange-warning': underline('var(--warn)'),
  '.cm-lintRange-info': underline('var(--control)'),
  '.cm-lintPoint-error::after': { borderBottomColor: 'var(--bad)' },
  '.cm-lintPoint-warning::after': { borderBottomColor: 'var(--warn)' },
  '.cm-panels': { background: 'var(--raised)', color: 'var(--ink)', borderColor: 'var(--line) !important' },
  '.cm-panel.cm-search': { padding: '8px', font: 'var(--text-small) / 1.45 var(--font)' },
  '.cm-textfield': {
    background: 'var(--panel)',
    border: '1px solid var(--control)',
    borderRadius: 'var(--radius)',
    fontSize: 'var(--text-small)',
  },
  '.cm-button': {
    background: 'var(--panel)',
    border: '1px solid var(--control)',
    borderRadius: 'var(--radius)',
    fontSize: 'var(--text-small)',
  },
  '.cm-panel.cm-search label': { fontSize: 'var(--text-small)' },
  '.cm-searchMatch': { background: 'var(--warn-soft)', outline: '1px solid var(--warn)' },
  '.cm-searchMatch-selected': { background: 'color-mix(in srgb, var(--warn) 35%, transparent)' },
  '.cm-selectionMatch': { background: 'var(--soft)' },
  '.cm-collapsedLines': {
    background: 'var(--soft)',
    color: 'var(--mute)',
    font: 'var(--text-small) / 1.6 var(--font)',
    padding: '2px 12px',
  },
  '.cm-collapsedLines::before, .cm-collapsedLines::after': { content: '"↕"' },
  '.cm-changedLine, &.cm-merge-b .cm-changedLine': { background: 'var(--good-soft)' },
  '&.cm-merge-a .cm-changedLine, .cm-deletedChunk': { background: 'var(--bad-soft)' },
  '.cm-changedText, &.cm-merge-b .cm-changedText': {
    background: 'color-mix(in srgb, var(--good) 28%, transparent)',
  },
  '.cm-deletedChunk': { paddingLeft: '0' },
  '&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText': {
    background: 'color-mix(in srgb, var(--bad) 28%, transparent)',
  },
  '&.cm-merge-a .cm-changedLineGutter, .cm-deletedLineGutter': { background: 'var(--bad)' },
  '&.cm-merge-b .cm-changedLineGutter': { background: 'var(--good)' },
});

const json = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--key)' },
  { tag: tags.string, color: 'var(--var)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--accent)' },
  { tag: tags.punctuation, color: 'var(--mute)' },
]);

/** The looks of every editor. */
export const theme = [looks, syntaxHighlighting(json)];

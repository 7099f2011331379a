import { closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching } from '@codemirror/language';
import { nextDiagnostic, previousDiagnostic } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension, Prec } from '@codemirror/state';
import {
  EditorView,
  highlightActiveLineGutter,
  highlightSpecialChars,
  type KeyBinding,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view';
import type { EditorChoices } from '../../workspace/editorSettings';
import { cursors } from './cursors';
import { mend } from './diagnostics';
import { finding } from './findPanel';
import { folding } from './folding';
import { handlebars } from './handlebars';
import { renamingHistory } from './history';
import { hoverKeys } from './hover';
import { keptCursor } from './keptCursor';
import { renamingKeys } from './renaming';
import { type Surroundings, surroundings } from './state';
import { theme } from './theme';

/** What an editor edits. */
export type EditorLanguage = 'handlebars' | 'json' | 'code' | 'text';

/** What of an editor may change while it lives. */
export interface EditorSettings {
  readonly language: EditorLanguage;
  /** The grammar of code, which comes with the screen that edits it. */
  readonly grammar: Extension;
  readonly readOnly: boolean;
  readonly ariaLabel: string;
  readonly placeholder: string;
  /** What stands around the editor of a template. */
  readonly around: Surroundings | null;
  readonly isInvalid: boolean;
  /** How the reader wants editors. */
  readonly choices: EditorChoices;
}

// Run, save, cancel, back and forward belong to the window; Tab leaves the editor, as everywhere else.
const windowKeys = new Set(['Mod-Enter', 'Mod-s', 'Mod-.', 'Alt-ArrowLeft', 'Alt-ArrowRight']);
const keys: KeyBinding[] = [
  ...closeBracketsKeymap,
  ...completionKeymap,
  ...historyKeymap,
  ...searchKeymap,
  ...hoverKeys,
  ...renamingKeys,
  { key: 'Alt-Enter', run: mend },
  { key: 'F8', run: nextDiagnostic },
  { key: 'Shift-F8', run: previousDiagnostic },
  ...defaultKeymap,
].filter(({ key }) => key === undefined || !windowKeys.has(key));

/** What every editor of the app is made of. */
export const basics: Extension = [
  highlightSpecialChars(),
  history(),
  renamingHistory,
  cursors,
  keptCursor,
  bracketMatching(),
  highlightSelectionMatches(),
  finding,
  folding,
  keymap.of(keys),
  theme,
];

// In prose only braces are closed: a quotation mark or a parenthesis stands alone often enough.
const proseBrackets = EditorState.languageData.of(() => [{ closeBrackets: { brackets: ['{'] } }]);

const languages: Record<EditorLanguage, Extension> = {
  handlebars: [proseBrackets, handlebars],
  json: json(),
  code: [],
  text: proseBrackets,
};

function chosen(choices: EditorChoices): Extension {
  return [
    choices.lineNumbers ? [lineNumbers(), highlightActiveLineGutter()] : [],
    choices.wrap ? EditorView.lineWrapping : [],
    choices.closeBrackets ? closeBrackets() : [],
    EditorState.tabSize.of(choices.tabSize),
    // Over the size that the looks of all editors have.
    Prec.high(EditorView.theme({ '&': { fontSize: `${choices.fontSize}px` } })),
  ];
}

/** What of an editor may change while it lives, as an extension. */
export function settingsOf(settings: EditorSettings): Extension {
  const attributes: Record<string, string> = { 'aria-label': settings.ariaLabel, tabindex: '0' };
  if (settings.isInvalid) attributes['aria-invalid'] = 'true';
  if (settings.readOnly) attributes['aria-readonly'] = 'true';
  return [
    languages[settings.language],
    settings.grammar,
    settings.around === null ? [] : surroundings.of(settings.around),
    EditorState.readOnly.of(settings.readOnly),
    chosen(settings.choices),
    EditorView.contentAttributes.of(attributes),
    settings.placeholder === '' ? [] : Prec.low(placeholder(settings.placeholder)),
  ];
}

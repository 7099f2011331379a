import { isolateHistory } from '@codemirror/commands';
import { setDiagnostics } from '@codemirror/lint';
import { Compartment, type Extension, Transaction } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import {
  type Ref,
  useEffectEvent,
  useImperativeHandle,
  useInsertionEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { Renaming } from '../prompt/desk';
import { useEditorSettings } from '../workspace/editorSettings';
import classes from './CodeEditor.module.css';
import { replacement, withPlainBreaks } from './editor/change';
import { type EditorDiagnostic, toMark } from './editor/diagnostics';
import { basics, type EditorLanguage, type EditorSettings, settingsOf } from './editor/extensions';
import { renamed, renamedBack } from './editor/history';
import type { Surroundings } from './editor/state';

/** What an editor is given. */
export interface CodeEditorProps {
  readonly value: string;
  readonly onChange?: (value: string) => void;
  readonly language: EditorLanguage;
  /** The grammar of code, the very same each time. */
  readonly grammar?: Extension;
  readonly ariaLabel: string;
  readonly readOnly?: boolean;
  /** What is wrong with the value. */
  readonly diagnostics?: readonly EditorDiagnostic[];
  /** In pixels. */
  readonly minHeight?: number;
  /** In pixels; it scrolls beyond. */
  readonly maxHeight?: number;
  readonly placeholder?: string;
  /** What stands around the editor of a template. */
  readonly around?: Surroundings;
  /** The last change of a variable's name, where the value may have changed by it. */
  readonly renaming?: Renaming | null;
  /** Whether it has the frame of a form's control. */
  readonly framed?: boolean;
  readonly isInvalid?: boolean;
  readonly onBlur?: () => void;
  /** The editor itself, to move its cursor or focus it. */
  readonly view?: Ref<EditorView | null>;
}

const NONE: readonly never[] = [];

/** An editor of code. A value from outside replaces only what differs, so that the cursor stays. */
export function CodeEditor(props: CodeEditorProps) {
  const { value, diagnostics = NONE, minHeight = 0, maxHeight, framed = false } = props;
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const known = useRef(value);
  const renaming = useRef(props.renaming ?? null);
  const [compartment] = useState(() => new Compartment());
  const settings = useSettings(props);
  const configured = useRef(settings);
  const marked = useRef<readonly EditorDiagnostic[]>(NONE);
  const lastRenaming = props.renaming ?? null;

  const onDocument = useEffectEvent((text: string) => {
    known.current = text;
    props.onChange?.(text);
  });
  const onBlur = useEffectEvent(() => props.onBlur?.());

  const create = useEffectEvent((element: HTMLDivElement) => {
    known.current = value;
    configured.current = settings;
    const listener = EditorView.updateListener.of((update) => {
      const isOutside = update.transactions.some((transaction) => transaction.annotation(Transaction.remote));
      if (update.docChanged && !isOutside) onDocument(update.state.doc.toString());
      const back = renamedBack(update.transactions);
      if (back !== null) props.around?.renameBack(back.from, back.to);
      if (update.focusChanged && !update.view.hasFocus) onBlur();
    });
    const extensions = [basics, compartment.of(settingsOf(settings)), listener];
    return new EditorView({ parent: element, doc: value, extensions });
  });

  // It lives on, with all that can be undone, while its screen is hidden, which ends all effects but those of insertion.
  useLayoutEffect(() => {
    if (parent.current !== null) view.current ??= create(parent.current);
  }, []);
  useInsertionEffect(
    () => () => {
      view.current?.destroy();
      view.current = null;
    },
    [],
  );
  useImperativeHandle<EditorView | null, EditorView | null>(props.view, () => view.current, []);

  useLayoutEffect(() => {
    if (settings === configured.current) return;
    configured.current = settings;
    view.current?.dispatch({ effects: compartment.reconfigure(settingsOf(settings)) });
  }, [compartment, settings]);

  // Before the next keystroke can arrive, or it would be taken back.
  useLayoutEffect(() => {
    if (view.current === null || value === known.current) return;
    known.current = value;
    const now = view.current.state.doc.toString();
    const next = withPlainBreaks(value);
    if (now === next) return;
    const changes = replacement(now, next);
    // A step of its own for whoever takes it back, which must not take a word just typed along.
    const annotations = [Transaction.remote.of(true), isolateHistory.of('full')];
    const isRenamed = lastRenaming !== null && lastRenaming !== renaming.current;
    view.current.dispatch({ changes, annotations, effects: isRenamed ? renamed.of(lastRenaming) : [] });
  }, [value, lastRenaming]);
  useLayoutEffect(() => {
    renaming.current = lastRenaming;
  }, [lastRenaming]);

  useLayoutEffect(() => {
    if (view.current === null || diagnostics === marked.current) return;
    marked.current = diagnostics;
    const { state } = view.current;
    view.current.dispatch(
      setDiagnostics(
        state,
        diagnostics.map((diagnostic) => toMark(state.doc, diagnostic)),
      ),
    );
  }, [diagnostics]);

  const className = `${classes.editor} ${framed ? classes.framed : ''}`;
  return (
    <div
      ref={parent}
      className={className}
      data-invalid={props.isInvalid || undefined}
      style={{ minHeight, ...(maxHeight !== undefined && { maxHeight, overflow: 'auto' }) }}
    />
  );
}

function useSettings(props: CodeEditorProps): EditorSettings {
  const choices = useEditorSettings();
  const { language, ariaLabel, readOnly = false, placeholder = '', isInvalid = false } = props;
  const around = props.around ?? null;
  const grammar = props.grammar ?? NONE;
  return useMemo(
    () => ({ language, grammar, ariaLabel, readOnly, placeholder, around, isInvalid, choices }),
    [language, grammar, ariaLabel, readOnly, placeholder, around, isInvalid, choices],
  );
}

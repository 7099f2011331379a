import { nextDiagnostic } from '@codemirror/lint';
import type { EditorView } from '@codemirror/view';
import { Tooltip, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { type ComponentProps, type ReactNode, useRef } from 'react';
import type { Attachment } from '../../bindings/types';
import type { Renaming } from '../prompt/desk';
import { AttachButton, type Attaching, Attachments, fileTarget } from './Attachments';
import { CodeEditor } from './CodeEditor';
import classes from './ContentEditor.module.css';
import type { EditorDiagnostic } from './editor/diagnostics';
import type { Surroundings } from './editor/state';
import { type Template, useWords } from './template';
import { contentTexts as texts } from './texts';

/** What all templates of a prompt share. */
export interface SharedByTemplates {
  readonly around: Surroundings;
  readonly renaming: Renaming | null;
}

/** An editor of one template under a header. */
export function TemplateCard(
  props: SharedByTemplates & {
    readonly label: string;
    /** Before the title, such as a handle. */
    readonly lead?: ReactNode;
    readonly title: ReactNode;
    readonly tokens: ReactNode;
    readonly actions?: ReactNode;
    readonly template: Template;
    readonly onChange: (value: string) => void;
    readonly diagnostics: readonly EditorDiagnostic[];
    readonly minHeight?: number;
    readonly attaching: Attaching;
    readonly attachments?: readonly Attachment[] | undefined;
    readonly onDetach?: (at: number) => void;
    /** Whether the template itself is hidden, so that its first line stands for it. */
    readonly isFolded?: boolean;
  },
) {
  const { isFolded = false } = props;
  const own = useRef<EditorView | null>(null);
  const goToNext = () => {
    if (own.current === null) return;
    nextDiagnostic(own.current);
    own.current.focus();
  };
  return (
    <section className={classes.card} aria-label={props.label} {...fileTarget(props.attaching)}>
      <header className={classes.header} data-folded={isFolded || undefined}>
        {props.lead}
        {props.title}
        {props.tokens}
        {isFolded && <FirstLine template={props.template} />}
        <span className="spacer" />
        <Findings diagnostics={props.diagnostics} onClick={goToNext} />
        <div className={classes.actions}>
          <AttachButton {...props.attaching} />
          {props.actions}
        </div>
      </header>
      {/* It stays while it is folded, with its cursor and what can be undone. */}
      <div hidden={isFolded}>
        <Attachments attachments={props.attachments} onRemove={props.onDetach} />
        <TemplateEditor
          language="handlebars"
          ariaLabel={props.label}
          template={props.template}
          onChange={props.onChange}
          diagnostics={props.diagnostics}
          around={props.around}
          renaming={props.renaming}
          minHeight={props.minHeight ?? 56}
          view={own}
        />
      </div>
    </section>
  );
}

/** The editor, which alone is drawn again as its words change. */
function TemplateEditor({
  template,
  ...props
}: { readonly template: Template } & Omit<ComponentProps<typeof CodeEditor>, 'value'>) {
  return <CodeEditor value={useWords(template)} {...props} />;
}

function FirstLine({ template }: { template: Template }) {
  return <span className={classes.firstLine}>{firstLine(useWords(template))}</span>;
}

function firstLine(text: string): string {
  const line = text.split('\n', 20).find((candidate) => candidate.trim() !== '');
  return line?.trim() ?? texts.nothingYet;
}

function Findings({
  diagnostics,
  onClick,
}: {
  diagnostics: readonly EditorDiagnostic[];
  onClick: () => void;
}) {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning').length;
  if (errors + warnings === 0) return null;
  const text = errors > 0 ? texts.problems(errors) : texts.warnings(warnings);
  return (
    <Tooltip label={`${texts.nextProblem} (F8)`}>
      <UnstyledButton
        className={classes.findings}
        data-severity={errors > 0 ? 'error' : 'warning'}
        onClick={onClick}
      >
        <IconAlertTriangle size={14} aria-hidden />
        {text}
      </UnstyledButton>
    </Tooltip>
  );
}

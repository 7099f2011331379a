import { openSearchPanel } from '@codemirror/search';
import { EditorView } from '@codemirror/view';
import { Button } from '@mantine/core';
import { IconMessages } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useRef, useSyncExternalStore } from 'react';
import { api } from '../../host';
import { useCommands } from '../../lib/commands';
import { type Desk, useFrame, type WorkActions } from '../prompt/desk';
import { declared } from '../variable/declare';
import { renameBack, renameVariable } from '../variable/renameVariable';
import { useAttaching } from './Attachments';
import { attached, toMessages } from './body';
import { useChecked } from './checked';
import classes from './ContentEditor.module.css';
import { EngineChoice } from './EngineChoice';
import { renameProblem } from './editor/rename';
import type { Surroundings } from './editor/state';
import { CLEAN, type Findings, findingsOf } from './findings';
import { MessagesBody } from './MessagesBody';
import { type SharedByTemplates, TemplateCard } from './TemplateCard';
import { useTemplate } from './template';
import { contentTexts as texts } from './texts';
import { Tokens } from './Tokens';

/** How many partials are offered at once. */
const MOST_PARTIALS = 50;
const NOTHING: Findings = {};

/** The templates of a prompt. */
export function ContentEditor(props: {
  readonly desk: Desk;
  /** Goes to the input of a variable. */
  readonly onGoToInput: (name: string) => void;
}) {
  const { desk, onGoToInput } = props;
  const { actions } = desk;
  const navigate = useNavigate();
  // Each template is followed by its own editor alone.
  const { body } = useFrame(desk);
  const renaming = useSyncExternalStore(desk.subscribe, desk.renaming);
  const found = useChecked(desk.checked, findingsOf) ?? NOTHING;
  const around = useMemo(() => {
    const openPrompt = (id: string) => void navigate({ to: '/prompts/$id', params: { id } });
    return surroundingsOf(desk, onGoToInput, openPrompt);
  }, [desk, onGoToInput, navigate]);
  const element = useRef<HTMLDivElement>(null);
  useCommands({ findInText: () => findIn(element.current), attach: () => attachIn(element.current) });
  const shared = { desk, found, actions, around, renaming };
  return (
    <div className={classes.editor} ref={element}>
      {body.kind === 'text' ? (
        <TextBody {...shared} />
      ) : (
        <MessagesBody {...shared} messages={body.messages} />
      )}
    </div>
  );
}

/** The message that has the focus, or the first one. */
function cardIn(editor: HTMLElement | null): HTMLElement | null {
  const own = document.activeElement?.closest('section') ?? null;
  return own !== null && editor?.contains(own) === true ? own : (editor?.querySelector('section') ?? null);
}

function findIn(editor: HTMLElement | null): void {
  const card = cardIn(editor);
  const view = card === null ? null : EditorView.findFromDOM(card);
  if (view !== null) openSearchPanel(view);
}

function attachIn(editor: HTMLElement | null): void {
  cardIn(editor)?.querySelector<HTMLElement>('[data-attach]')?.click();
}

function surroundingsOf(
  { actions, checked }: Desk,
  goToInput: (name: string) => void,
  openPrompt: (id: string) => void,
): Surroundings {
  return {
    know: () => {
      const { content, inputs } = actions.now();
      const { lentVariables = [], partials = [] } = checked.report() ?? {};
      return { variables: [...content.variables, ...lentVariables], inputs, partials };
    },
    hasRoles: () => actions.now().content.body.kind === 'text',
    goToInput,
    renameProblem: (from, to) => renameProblem(actions.now(), from, to),
    rename: (from, to) => renameVariable(actions, from, to),
    renameBack: (from, to) => renameBack(actions, from, to),
    declare: (name) => actions.setContent((now) => declared(now, name, checked.report()?.lentVariables)),
    // Who types on is not kept from it where the host does not answer.
    partials: (search) =>
      api.partialList({ search, limit: MOST_PARTIALS }).then(
        ({ items }) => items,
        () => [],
      ),
    openPrompt,
  };
}

function TextBody(
  props: SharedByTemplates & {
    readonly desk: Desk;
    readonly found: Findings;
    readonly actions: WorkActions;
  },
) {
  const { setContent } = props.actions;
  const template = useTemplate(props.desk, 0);
  const attaching = useAttaching(0, (added) =>
    setContent((now) => ({ ...now, body: attached(now.body, added) })),
  );
  const toSeveral = () =>
    setContent((now) => (now.body.kind === 'text' ? { ...now, body: toMessages(now.body.template) } : now));
  useCommands({ asMessages: toSeveral });
  return (
    <>
      <TemplateCard
        label={texts.template}
        title={<b>{texts.text}</b>}
        tokens={<Tokens checked={props.desk.checked} at={0} />}
        template={template}
        onChange={(template) => setContent((now) => ({ ...now, body: { kind: 'text', template } }))}
        diagnostics={props.found['body'] ?? CLEAN}
        around={props.around}
        renaming={props.renaming}
        minHeight={160}
        attaching={attaching}
      />
      <div className={classes.tools}>
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconMessages size={14} aria-hidden />}
          onClick={toSeveral}
        >
          {texts.asMessages}
        </Button>
        <span className="spacer" />
        <EngineChoice desk={props.desk} />
      </div>
    </>
  );
}

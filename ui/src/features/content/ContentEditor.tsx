import { Button } from '@mantine/core';
import { IconAlignLeft, IconMessages, IconPlus } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { Attachment, Body, Content, Diagnostic, Message } from '../../bindings/types';
import { count } from '../../lib/format';
import { notifyUndo } from '../../lib/notify';
import type { Work } from '../prompt/useWork';
import { useAttaching } from './Attachments';
import { attached, inserted, moved, nextRole, replaced, toMessages, toText, without } from './body';
import classes from './ContentEditor.module.css';
import type { EditorDiagnostic } from './editor/diagnostics';
import type { KnownName } from './editor/handlebars';
import { MessageActions, MessageCard, TemplateCard } from './MessageCard';
import { useCheck, useRendered } from './queries';
import { contentTexts as texts } from './texts';
import { useKeys } from './useKeys';

const NO_MODELS: string[] = [];

/** The templates of a prompt. Tokens are counted for the first of the models, or the one it suggests. */
export function ContentEditor({ work, models = NO_MODELS }: { work: Work; models?: string[] }) {
  const { content } = work;
  const report = useCheck(content);
  const found = useMemo(() => byPath(report?.diagnostics ?? []), [report]);
  const names = useMemo(() => knownNames(content), [content]);
  const tokens = useTokens(work, models);
  const setBody = (change: (body: Body) => Body) =>
    work.setContent((now) => ({ ...now, body: change(now.body) }));
  const shared = { found, names, tokens };
  return (
    <div className={classes.editor}>
      {content.body.kind === 'text' ? (
        <TextBody {...shared} template={content.body.template} setBody={setBody} />
      ) : (
        <MessagesBody {...shared} messages={content.body.messages} setBody={setBody} />
      )}
    </div>
  );
}

interface BodyProps {
  readonly found: ReadonlyMap<string, readonly EditorDiagnostic[]>;
  readonly names: readonly KnownName[];
  /** The tokens of each template, as text. */
  readonly tokens: readonly string[];
  readonly setBody: (change: (body: Body) => Body) => void;
}

const CLEAN: readonly EditorDiagnostic[] = [];

function TextBody({ template, found, names, tokens, setBody }: BodyProps & { template: string }) {
  const attaching = useAttaching(0, (added) => setBody((body) => attached(body, added)));
  return (
    <>
      <TemplateCard
        label={texts.template}
        title={<b>{texts.text}</b>}
        tokens={tokens[0] ?? null}
        value={template}
        onChange={(next) => setBody(() => ({ kind: 'text', template: next }))}
        diagnostics={found.get('body') ?? CLEAN}
        names={names}
        minHeight={160}
        attaching={attaching}
      />
      <div className={classes.tools}>
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconMessages size={14} aria-hidden />}
          onClick={() => setBody((body) => (body.kind === 'text' ? toMessages(body.template) : body))}
        >
          {texts.asMessages}
        </Button>
      </div>
    </>
  );
}

function MessagesBody({ messages, found, names, tokens, setBody }: BodyProps & { messages: Message[] }) {
  const keys = useKeys(messages.length);
  const change = (next: (messages: Message[]) => Message[]) =>
    setBody((body) => (body.kind === 'messages' ? { ...body, messages: next(body.messages) } : body));
  const insert = (at: number, message: Message) => {
    change((now) => inserted(now, at, message));
    keys.insert(at);
  };
  const move = (from: number, to: number) => {
    change((now) => moved(now, from, to));
    keys.move(from, to);
  };
  const remove = (at: number, message: Message) => {
    change((now) => without(now, at));
    keys.remove(at);
    notifyUndo(texts.removed(texts.roles[message.role]), () => {
      insert(at, message);
      return Promise.resolve();
    });
  };
  const set = (at: number, part: Partial<Message>) =>
    change((now) => now.map((message, index) => (index === at ? { ...message, ...part } : message)));
  const setAttachments = (at: number, next: (attachments: Attachment[]) => Attachment[]) =>
    change((now) =>
      now.map((message, index) =>
        index === at ? { ...message, attachments: next(message.attachments ?? []) } : message,
      ),
    );
  const hasAttachments = messages.some(({ attachments = [] }) => attachments.length > 0);
  return (
    <>
      {messages.length === 0 && <p className={classes.empty}>{texts.noMessages}</p>}
      {messages.map((message, at) => (
        <MessageCard
          key={keys.keys[at]}
          number={at + 1}
          message={message}
          onChange={(part) => set(at, part)}
          onAttachments={(next) => setAttachments(at, next)}
          tokens={tokens[at] ?? null}
          actions={
            <MessageActions
              isFirst={at === 0}
              isLast={at === messages.length - 1}
              onMove={(by) => move(at, at + by)}
              onDuplicate={() => insert(at + 1, message)}
              onRemove={() => remove(at, message)}
            />
          }
          diagnostics={found.get(`messages[${at}]`) ?? CLEAN}
          names={names}
        />
      ))}
      <div className={classes.tools}>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => insert(messages.length, { role: nextRole(messages), template: '' })}
        >
          {texts.addMessage}
        </Button>
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconAlignLeft size={14} aria-hidden />}
          disabled={hasAttachments}
          title={hasAttachments ? texts.asTextAttached : undefined}
          onClick={() => setBody((body) => (body.kind === 'messages' ? toText(body.messages) : body))}
        >
          {texts.asText}
        </Button>
      </div>
    </>
  );
}

function byPath(diagnostics: readonly Diagnostic[]): Map<string, EditorDiagnostic[]> {
  const found = new Map<string, EditorDiagnostic[]>();
  for (const { severity, message, hint, place, endLine, endColumn } of diagnostics) {
    const { line, column } = place;
    if (line == null || column == null) continue;
    const end = endLine == null || endColumn == null ? {} : { endLine, endColumn };
    const here = found.get(place.path) ?? [];
    found.set(place.path, [...here, { severity, message, hint, line, column, ...end }]);
  }
  return found;
}

function knownNames(content: Content): KnownName[] {
  return content.variables.map(({ name, type, required }) => ({
    name,
    detail: required ? `${type}, required` : type,
  }));
}

function useTokens(work: Work, models: string[]): string[] {
  const { content, inputs } = work;
  const suggested = content.settings.model;
  const asked = useMemo(
    () => (models.length > 0 || suggested == null ? models : [suggested]),
    [models, suggested],
  );
  const { rendered } = useRendered(content, inputs, asked);
  return useMemo(() => {
    const estimate = rendered?.estimates[0];
    if (estimate === undefined) return [];
    let sums: number[] = [];
    rendered?.messages.forEach(({ template }, index) => {
      if (template == null) return;
      while (sums.length <= template) sums = [...sums, 0];
      sums = replaced(sums, template, (sums[template] ?? 0) + (estimate.messageTokens[index] ?? 0));
    });
    return sums.map((sum) => texts.tokens(count(sum), estimate.exact));
  }, [rendered]);
}

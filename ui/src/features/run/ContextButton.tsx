import { Button, Popover, Stack } from '@mantine/core';
import { useState } from 'react';
import { texts } from '../../app/texts';
import type { ContextMessage, RunContext } from '../../bindings/types';
import { JsonField } from '../content/JsonField';
import type { CheckJson } from '../content/useJsonText';
import { useOpening } from '../content/wanted';
import { isObject } from '../parameter/fields';

const ROLES = ['system', 'user', 'assistant', 'tool'];

function isMessages(value: unknown): boolean {
  const isMessage = (message: unknown) =>
    typeof message === 'object' &&
    message !== null &&
    'text' in message &&
    typeof message.text === 'string' &&
    'role' in message &&
    ROLES.includes(String(message.role));
  return Array.isArray(value) && value.every(isMessage);
}

const problem = texts.runBar.contextProblem;
const checkMessages: CheckJson = (value) => (value === undefined || isMessages(value) ? null : problem);
const checkData: CheckJson = (value) => (value === undefined || isObject(value) ? null : problem);

/** The context with a field changed; a field that was emptied is left out. */
function withField(context: RunContext, change: Partial<RunContext>): RunContext {
  const fields = Object.entries<unknown>({ ...context, ...change }).filter(
    ([, value]) => value !== undefined,
  );
  return Object.fromEntries(fields);
}

/** Earlier messages and further data that the run carries along. */
export function ContextButton(props: {
  context: RunContext;
  /** What keeps texts of it that are not valid. */
  owner: object;
  onChange: (context: RunContext) => void;
}) {
  const { context, owner, onChange } = props;
  const [isOpen, setOpen] = useState(false);
  useOpening(owner, 'context.', () => setOpen(true));
  const isSet = (context.messages?.length ?? 0) > 0 || Object.keys(context.data ?? {}).length > 0;
  return (
    <Popover opened={isOpen} onChange={setOpen} position="top-end" trapFocus>
      <Popover.Target>
        <Button variant="subtle" color={isSet ? 'accent' : 'gray'} onClick={() => setOpen(!isOpen)}>
          {isSet ? texts.runBar.contextSet : texts.runBar.context}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack w={380} gap="xs">
          <JsonField
            label={texts.runBar.contextMessages}
            value={context.messages}
            check={checkMessages}
            owner={owner}
            name="context.messages"
            onChange={(messages) => onChange(withField(context, { messages: messages as ContextMessage[] }))}
          />
          <JsonField
            label={texts.runBar.contextData}
            value={context.data}
            check={checkData}
            owner={owner}
            name="context.data"
            onChange={(data) => onChange(withField(context, { data: data as Record<string, unknown> }))}
          />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

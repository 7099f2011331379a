import { Button, Popover, Stack } from '@mantine/core';
import { useState } from 'react';
import { texts } from '../../app/texts';
import type { ContextMessage, RunContext } from '../../bindings/types';
import { JsonField } from '../content/JsonField';
import type { CheckJson } from '../content/useJsonText';
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
export function ContextButton({
  context,
  onChange,
}: {
  context: RunContext;
  onChange: (context: RunContext) => void;
}) {
  const [owner] = useState(() => ({}));
  const isSet = (context.messages?.length ?? 0) > 0 || Object.keys(context.data ?? {}).length > 0;
  return (
    <Popover position="top-end" trapFocus>
      <Popover.Target>
        <Button variant="subtle" color={isSet ? 'accent' : 'gray'}>
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
            name="messages"
            onChange={(messages) => onChange(withField(context, { messages: messages as ContextMessage[] }))}
          />
          <JsonField
            label={texts.runBar.contextData}
            value={context.data}
            check={checkData}
            owner={owner}
            name="data"
            onChange={(data) => onChange(withField(context, { data: data as Record<string, unknown> }))}
          />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

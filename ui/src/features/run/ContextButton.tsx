import { Button, Popover, Stack } from '@mantine/core';
import { texts } from '../../app/texts';
import type { ContextMessage, RunContext } from '../../bindings/types';
import { JsonField } from './JsonField';

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

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Earlier messages and further data that the run carries along. */
export function ContextButton({
  context,
  onChange,
}: {
  context: RunContext;
  onChange: (context: RunContext) => void;
}) {
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
            value={context.messages ?? []}
            isValid={isMessages}
            problem={texts.runBar.contextProblem}
            onChange={(messages) => onChange({ ...context, messages: messages as ContextMessage[] })}
          />
          <JsonField
            label={texts.runBar.contextData}
            value={context.data ?? {}}
            isValid={isObject}
            problem={texts.runBar.contextProblem}
            onChange={(data) => onChange({ ...context, data: data as Record<string, unknown> })}
          />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

import { Center, Stack, Text } from '@mantine/core';
import { Marked } from '../components/Notice';
import { toApiError } from '../host';

/** A place that cannot be shown: what happened and what to do. */
export function ErrorScreen({ error }: { error: unknown }) {
  const { message, hint } = toApiError(error);
  return (
    <Center h="100%" p="xl">
      <Stack maw={480} gap="xs" role="alert">
        <Text fw={600}>
          <Marked text={message} />
        </Text>
        {hint !== undefined && (
          <Text c="dimmed">
            <Marked text={hint} />
          </Text>
        )}
      </Stack>
    </Center>
  );
}

import { Center, Stack, Text, Title } from '@mantine/core';
import { Marked } from '../components/Notice';
import { texts } from './texts';

/** Shown where the host lets nobody in. */
export function LoginScreen({ message }: { message: string }) {
  return (
    <Center h="100vh">
      <Stack maw={420} role="alert">
        <Title order={1} size="lg">
          {texts.login.title}
        </Title>
        <Text>
          <Marked text={message} />
        </Text>
        <Text c="dimmed">
          <Marked text={texts.login.text} />
        </Text>
      </Stack>
    </Center>
  );
}

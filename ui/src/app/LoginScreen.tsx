import { Center, Stack, Text, Title } from '@mantine/core';
import { texts } from './texts';

/** Shown where the host lets nobody in. */
export function LoginScreen({ message }: { message: string }) {
  return (
    <Center h="100vh">
      <Stack maw={420} role="alert">
        <Title order={1} size="lg">
          {texts.login.title}
        </Title>
        <Text>{message}</Text>
        <Text c="dimmed">{texts.login.text}</Text>
      </Stack>
    </Center>
  );
}

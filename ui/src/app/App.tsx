import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { host, toApiError } from '../host';
import classes from './Frame.module.css';
import { LoginScreen } from './LoginScreen';
import { queries } from './live';
import { router } from './router';
import { texts } from './texts';
import { cssVariables, theme } from './theme';

type Login = { state: 'pending' } | { state: 'in' } | { state: 'out'; message: string };

/** The whole page: logged in to its host, with everything that screens need around them. */
export function App() {
  const [login, setLogin] = useState<Login>({ state: 'pending' });
  useEffect(() => {
    const onLoggedOut = () => setLogin({ state: 'out', message: texts.login.ended });
    (host.logIn?.(onLoggedOut) ?? Promise.resolve()).then(
      () => setLogin({ state: 'in' }),
      (thrown: unknown) => setLogin({ state: 'out', message: toApiError(thrown).message }),
    );
  }, []);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <Notifications position="bottom-right" limit={4} className={classes.notifications ?? ''} />
      <QueryClientProvider client={queries}>
        <ModalsProvider>
          {login.state === 'in' && <RouterProvider router={router} />}
          {login.state === 'out' && <LoginScreen message={login.message} />}
        </ModalsProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

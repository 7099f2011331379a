import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { EgressScreen } from '../features/egress/EgressScreen';
import { PromptPlaceholder } from '../features/prompt/PromptPlaceholder';
import { PromptScreen } from '../features/prompt/PromptScreen';
import { PromptsLayout } from '../features/prompt/PromptsLayout';
import { ProvidersScreen } from '../features/provider/ProvidersScreen';
import { readSearch } from '../features/run/history';
import { RunScreen } from '../features/run/RunScreen';
import { RunsScreen } from '../features/run/RunsScreen';
import { AboutScreen } from '../features/workspace/AboutScreen';
import { AppearanceScreen } from '../features/workspace/AppearanceScreen';
import { SettingsLayout } from '../features/workspace/SettingsLayout';
import { ErrorScreen } from './ErrorScreen';
import { Frame } from './Frame';

const root = createRootRoute({ component: Frame, errorComponent: ErrorScreen });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    // The router takes a redirect as a value that is thrown.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw redirect({ to: '/prompts', replace: true });
  },
});

const prompts = createRoute({ getParentRoute: () => root, path: '/prompts', component: PromptsLayout });
const noPrompt = createRoute({ getParentRoute: () => prompts, path: '/', component: PromptPlaceholder });
const prompt = createRoute({
  getParentRoute: () => prompts,
  path: '$id',
  component: function PromptPlace() {
    const { id } = prompt.useParams();
    return <PromptScreen key={id} id={id} />;
  },
});

const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: readSearch,
  component: RunsScreen,
});
const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$id',
  component: function RunPlace() {
    const { id } = run.useParams();
    return <RunScreen key={id} runId={id} />;
  },
});

const providers = createRoute({
  getParentRoute: () => root,
  path: '/settings/providers',
  component: () => (
    <SettingsLayout>
      <ProvidersScreen />
    </SettingsLayout>
  ),
});
const provider = createRoute({
  getParentRoute: () => root,
  path: '/settings/providers/$id',
  component: function ProviderPlace() {
    const { id } = provider.useParams();
    return (
      <SettingsLayout>
        <ProvidersScreen selected={id} />
      </SettingsLayout>
    );
  },
});
const egress = createRoute({
  getParentRoute: () => root,
  path: '/settings/egress',
  component: () => (
    <SettingsLayout>
      <EgressScreen />
    </SettingsLayout>
  ),
});
const appearance = createRoute({
  getParentRoute: () => root,
  path: '/settings/appearance',
  component: () => (
    <SettingsLayout>
      <AppearanceScreen />
    </SettingsLayout>
  ),
});
const about = createRoute({
  getParentRoute: () => root,
  path: '/settings/about',
  component: () => (
    <SettingsLayout>
      <AboutScreen />
    </SettingsLayout>
  ),
});

const routeTree = root.addChildren([
  home,
  prompts.addChildren([noPrompt, prompt]),
  runs,
  run,
  providers,
  provider,
  egress,
  appearance,
  about,
]);

/** Every place of the app; back, forward and deep links work by it. */
export const router = createRouter({ routeTree, defaultErrorComponent: ErrorScreen });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { readAuditSearch } from '../features/audit/search';
import { readBlindSearch } from '../features/blind/search';
import { LIST_KEYS, type ListSearch, readListSearch } from '../features/library/filters';
import { currentPrompts, promptQuery } from '../features/prompt/queries';
import { readSearch } from '../features/run/history';
import { readGridSearch, readSuiteSearch } from '../features/suite/search';
import { readVersionSearch } from '../features/version/search';
import { workspaceQuery } from '../features/workspace/queries';
import { ErrorScreen } from './ErrorScreen';
import { Frame } from './Frame';
import { queries } from './live';

// Screens are loaded when they are first gone to, so that the first one is there soon.
const runScreens = () => import('../features/run/places');
const datasetScreens = () => import('../features/dataset/places');
const suiteScreens = () => import('../features/suite/places');
const healthScreens = () => import('../features/health/places');
const settingsScreens = () => import('../features/workspace/places');

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

// Loaders ask for what screens show before these are drawn. Where that fails, the screen asks again and says why.
const askedAgain = () => undefined;

// The frame shows prompts itself: it keeps them while other places are shown.
const prompts = createRoute({
  getParentRoute: () => root,
  path: '/prompts',
  validateSearch: readListSearch,
  // The list stays narrowed as it is while one goes from prompt to prompt.
  search: { middlewares: [retainSearchParams<ListSearch>([...LIST_KEYS])] },
  component: Outlet,
  loader: () => {
    queries.query(workspaceQuery).catch(askedAgain);
    queries.infiniteQuery(currentPrompts).catch(askedAgain);
  },
});
const noPrompt = createRoute({ getParentRoute: () => prompts, path: '/', component: () => null });
const prompt = createRoute({
  getParentRoute: () => prompts,
  path: '$id',
  validateSearch: readVersionSearch,
  component: () => null,
  loader: ({ params }) => {
    queries.query(promptQuery(params.id)).catch(askedAgain);
  },
});

const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: readSearch,
  component: lazyRouteComponent(runScreens, 'RunsScreen'),
});
const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$id',
  validateSearch: readGridSearch,
  component: lazyRouteComponent(runScreens, 'RunPlace'),
});

const blind = createRoute({
  getParentRoute: () => root,
  path: '/runs/$id/blind',
  validateSearch: readBlindSearch,
  component: lazyRouteComponent(() => import('../features/blind/BlindScreen'), 'BlindScreen'),
});

const datasets = createRoute({
  getParentRoute: () => root,
  path: '/datasets',
  component: lazyRouteComponent(datasetScreens, 'DatasetsScreen'),
});
const dataset = createRoute({
  getParentRoute: () => root,
  path: '/datasets/$id',
  component: lazyRouteComponent(datasetScreens, 'DatasetPlace'),
});

const suites = createRoute({
  getParentRoute: () => root,
  path: '/suites',
  component: lazyRouteComponent(suiteScreens, 'SuitesScreen'),
});
const suite = createRoute({
  getParentRoute: () => root,
  path: '/suites/$id',
  validateSearch: readSuiteSearch,
  component: lazyRouteComponent(suiteScreens, 'SuitePlace'),
});

const health = createRoute({
  getParentRoute: () => root,
  path: '/health',
  component: lazyRouteComponent(healthScreens, 'HealthScreen'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(settingsScreens, 'SettingsLayout'),
});
const noSetting = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw redirect({ to: '/settings/providers', replace: true });
  },
});
const providers = createRoute({
  getParentRoute: () => settings,
  path: 'providers',
  component: lazyRouteComponent(settingsScreens, 'ProvidersScreen'),
});
const provider = createRoute({
  getParentRoute: () => settings,
  path: 'providers/$id',
  component: lazyRouteComponent(settingsScreens, 'ProviderPlace'),
});
const egress = createRoute({
  getParentRoute: () => settings,
  path: 'egress',
  component: lazyRouteComponent(settingsScreens, 'EgressScreen'),
});
const audit = createRoute({
  getParentRoute: () => settings,
  path: 'audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(settingsScreens, 'AuditScreen'),
});
const engine = createRoute({
  getParentRoute: () => settings,
  path: 'engine',
  component: lazyRouteComponent(settingsScreens, 'EngineScreen'),
});
const budgets = createRoute({
  getParentRoute: () => settings,
  path: 'budgets',
  component: lazyRouteComponent(settingsScreens, 'BudgetsScreen'),
});
const appearance = createRoute({
  getParentRoute: () => settings,
  path: 'appearance',
  component: lazyRouteComponent(settingsScreens, 'AppearanceScreen'),
});
const editor = createRoute({
  getParentRoute: () => settings,
  path: 'editor',
  component: lazyRouteComponent(settingsScreens, 'EditorScreen'),
});
const folder = createRoute({
  getParentRoute: () => settings,
  path: 'folder',
  component: lazyRouteComponent(settingsScreens, 'FolderScreen'),
});
const data = createRoute({
  getParentRoute: () => settings,
  path: 'data',
  component: lazyRouteComponent(settingsScreens, 'DataScreen'),
});
const about = createRoute({
  getParentRoute: () => settings,
  path: 'about',
  component: lazyRouteComponent(settingsScreens, 'AboutScreen'),
});

const routeTree = root.addChildren([
  home,
  prompts.addChildren([noPrompt, prompt]),
  runs,
  run,
  blind,
  datasets,
  dataset,
  suites,
  suite,
  health,
  settings.addChildren([
    noSetting,
    providers,
    provider,
    budgets,
    egress,
    audit,
    engine,
    appearance,
    editor,
    folder,
    data,
    about,
  ]),
]);

/** Every place of the app; back, forward and deep links work by it. */
export const router = createRouter({ routeTree, defaultErrorComponent: ErrorScreen });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

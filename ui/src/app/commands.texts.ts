/** Where keys differ between the window, and a browser that keeps some of them to itself. */
interface KeysByHost {
  readonly desktop: readonly string[];
  readonly browser: readonly string[];
}

interface CommandText {
  readonly group: keyof typeof commandGroups;
  /** What it does, as an order. */
  readonly label: string;
  /** Other words that it is found by. */
  readonly words: string;
  readonly keys?: string | KeysByHost;
  /** Whether its keys mean something else in a field. */
  readonly outsideFields?: boolean;
}

/** What commands are grouped by, in the sheet of shortcuts. */
export const commandGroups = {
  prompt: 'Prompt',
  run: 'Run',
  suite: 'Suite',
  view: 'View',
  tabs: 'Tabs',
  go: 'Go',
  app: 'FormaOps',
} as const;

const inWindow = (...desktop: string[]): KeysByHost => ({ desktop, browser: [] });

const table = {
  run: { group: 'run', label: 'Run', words: 'start execute send compare', keys: 'mod+Enter' },
  stop: { group: 'run', label: 'Stop the run', words: 'cancel abort end', keys: 'mod+.' },
  pause: { group: 'run', label: 'Pause or resume the run', words: 'hold continue go on wait' },
  retryFailed: { group: 'run', label: 'Retry what failed in the run', words: 'again failures errors' },
  repeat: { group: 'run', label: 'Repeat the run', words: 'again rerun' },
  chooseModels: { group: 'run', label: 'Choose models', words: 'add model provider columns compare' },
  regrade: {
    group: 'run',
    label: 'Grade the run again',
    words: 'regrade validations verdicts check stored answers score',
  },
  scrollTogether: {
    group: 'run',
    label: 'Scroll the columns together, or each alone',
    words: 'sync lock answers',
  },
  blind: {
    group: 'run',
    label: 'Compare answers of the run blind',
    words: 'a b vote prefer human rating without names',
  },

  newPrompt: {
    group: 'prompt',
    label: 'New prompt',
    words: 'create add make',
    keys: inWindow('mod+N'),
  },
  save: { group: 'prompt', label: 'Save', words: 'version keep', keys: 'mod+S' },
  publish: { group: 'prompt', label: 'Publish prompt', words: 'status release' },
  toDraft: { group: 'prompt', label: 'Put prompt back to draft', words: 'status unpublish' },
  archive: { group: 'prompt', label: 'Archive prompt', words: 'status hide' },
  discardDraft: { group: 'prompt', label: 'Discard draft', words: 'reset revert changes unsaved' },
  editFacts: {
    group: 'prompt',
    label: 'Edit name, title and tags',
    words: 'rename description label properties',
  },
  importPrompts: {
    group: 'prompt',
    label: 'Import prompts from files',
    words: 'open load migrate json yaml zip promptfoo langfuse prompty dotprompt',
  },
  importDataset: {
    group: 'app',
    label: 'Import dataset',
    words: 'cases table csv jsonl excel xlsx yaml paste rows',
  },
  exportPrompts: {
    group: 'prompt',
    label: 'Export the workspace to a file',
    words: 'save backup download json yaml prompts datasets suites',
  },
  addMessage: { group: 'prompt', label: 'Add message', words: 'new role user assistant system tool' },
  attach: { group: 'prompt', label: 'Attach images or files', words: 'attachment picture upload add file' },
  asMessages: { group: 'prompt', label: 'Edit as messages', words: 'chat roles convert split' },
  asText: { group: 'prompt', label: 'Edit as one text', words: 'template convert join' },
  findInText: { group: 'prompt', label: 'Find and replace in a message', words: 'search text template' },
  addVariable: { group: 'prompt', label: 'Add variable', words: 'new declare input' },
  addValidation: { group: 'prompt', label: 'Add validation', words: 'new rule schema check assertion' },
  pasteInputs: { group: 'prompt', label: 'Paste inputs', words: 'json csv table row values spreadsheet' },
  saveInputs: { group: 'prompt', label: 'Save inputs', words: 'remember input set keep values' },
  deletePrompt: { group: 'prompt', label: 'Delete prompt', words: 'remove bin trash' },
  branchFromVersion: { group: 'prompt', label: 'Branch from the version', words: 'history fork' },
  labelVersion: { group: 'prompt', label: 'Label the version', words: 'history production release' },
  tagVersion: { group: 'prompt', label: 'Change the tags of the version', words: 'history' },
  copyVersion: {
    group: 'prompt',
    label: 'Copy the reference of the version',
    words: 'name',
  },
  emptyBin: { group: 'prompt', label: 'Empty the bin', words: 'delete purge trash' },
  undo: {
    group: 'prompt',
    label: 'Undo the last act',
    words: 'revert back restore',
    keys: 'mod+Z',
    outsideFields: true,
  },

  newSuite: { group: 'suite', label: 'New suite', words: 'create add make evaluation test cases' },
  renameSuite: { group: 'suite', label: 'Rename suite', words: 'name' },
  deleteSuite: { group: 'suite', label: 'Delete suite', words: 'remove bin trash' },
  setBaseline: { group: 'suite', label: 'Set the run as baseline', words: 'compare regression reference' },
  openSuite: { group: 'suite', label: 'Open the suite of the run', words: 'edit cases' },

  showEdit: { group: 'view', label: 'Show the editor', words: 'tab template messages write' },
  showRendered: { group: 'view', label: 'Show the rendered prompt', words: 'tab preview' },
  showValidations: {
    group: 'view',
    label: 'Show validations',
    words: 'tab rules schema checks add validation',
  },
  showVersions: { group: 'view', label: 'Show versions', words: 'tab history compare restore' },
  showRuns: { group: 'view', label: 'Show runs of the prompt', words: 'tab history answers' },
  togglePreview: {
    group: 'view',
    label: 'Show or hide the preview',
    words: 'rendered messages beside',
    keys: 'Alt+Shift+P',
  },
  toggleList: {
    group: 'view',
    label: 'Show or hide the list of prompts',
    words: 'sidebar drawer panel toggle',
    keys: 'mod+B',
  },
  toggleInputs: {
    group: 'view',
    label: 'Show or hide the inputs',
    words: 'variables sidebar drawer panel toggle',
    keys: 'mod+Shift+B',
  },
  light: { group: 'view', label: 'Use light colours', words: 'theme mode toggle dark' },
  dark: { group: 'view', label: 'Use dark colours', words: 'theme mode toggle light' },
  zoomIn: {
    group: 'view',
    label: 'Larger text',
    words: 'zoom in bigger size',
    keys: inWindow('mod++', 'mod+='),
  },
  zoomOut: { group: 'view', label: 'Smaller text', words: 'zoom out size', keys: inWindow('mod+-') },
  zoomReset: {
    group: 'view',
    label: 'Text in its own size',
    words: 'zoom reset 100',
    keys: inWindow('mod+0'),
  },
  fullScreen: { group: 'view', label: 'Full screen', words: 'window maximise', keys: inWindow('F11') },

  nextTab: {
    group: 'tabs',
    label: 'Next tab',
    words: 'prompt switch right',
    keys: { desktop: ['Ctrl+Tab', 'Ctrl+PageDown'], browser: ['Alt+Shift+PageDown'] },
  },
  previousTab: {
    group: 'tabs',
    label: 'Previous tab',
    words: 'prompt switch left',
    keys: { desktop: ['Ctrl+Shift+Tab', 'Ctrl+PageUp'], browser: ['Alt+Shift+PageUp'] },
  },
  closeTab: { group: 'tabs', label: 'Close tab', words: 'prompt', keys: inWindow('mod+W') },
  closeOtherTabs: { group: 'tabs', label: 'Close other tabs', words: 'prompt all' },
  reopenTab: {
    group: 'tabs',
    label: 'Open the closed tab again',
    words: 'prompt reopen undo',
    keys: inWindow('mod+Shift+T'),
  },

  back: {
    group: 'go',
    label: 'Go back',
    words: 'history previous place',
    keys: { desktop: ['Alt+ArrowLeft', 'mod+['], browser: ['Alt+ArrowLeft'] },
  },
  forward: {
    group: 'go',
    label: 'Go forward',
    words: 'history next place',
    keys: { desktop: ['Alt+ArrowRight', 'mod+]'], browser: ['Alt+ArrowRight'] },
  },
  prompts: { group: 'go', label: 'Go to prompts', words: 'home list' },
  datasets: { group: 'go', label: 'Go to datasets', words: 'cases tables rows csv tests' },
  runs: { group: 'go', label: 'Go to runs', words: 'history executions answers cost' },
  suites: { group: 'go', label: 'Go to suites', words: 'evaluation test cases grid baseline' },
  health: {
    group: 'go',
    label: 'Go to health',
    words: 'level degraded circuit queue latency error rate charts dashboard monitor',
  },
  providers: {
    group: 'go',
    label: 'Go to providers',
    words: 'settings keys models openai ollama address',
  },
  budgets: {
    group: 'go',
    label: 'Go to budgets',
    words: 'settings new budget spend money cost limit cap month',
  },
  egress: { group: 'go', label: 'Go to egress', words: 'settings network ledger privacy bytes sent outside' },
  audit: {
    group: 'go',
    label: 'Go to the audit trail',
    words: 'settings history changes who when verify chain',
  },
  engine: {
    group: 'go',
    label: 'Go to settings of the engine',
    words: 'configuration limits retries timeouts concurrency circuit threshold',
  },
  appearance: { group: 'go', label: 'Go to appearance', words: 'settings theme colours zoom text size' },
  editor: { group: 'go', label: 'Go to settings of the editor', words: 'wrap lines font tab brackets' },
  folder: { group: 'go', label: 'Go to linked folder', words: 'settings files git prompt sync trust' },
  data: { group: 'go', label: 'Go to data', words: 'settings workspace folder disk size backup logs' },
  about: { group: 'go', label: 'Go to about', words: 'settings version api keys licences notices' },

  palette: {
    group: 'app',
    label: 'Search everything',
    words: 'palette find prompts commands versions answers',
    keys: 'mod+K',
  },
  shortcuts: {
    group: 'app',
    label: 'Show keyboard shortcuts',
    words: 'keys help hotkeys sheet',
    keys: '?',
    outsideFields: true,
  },
  addProvider: {
    group: 'app',
    label: 'Add provider',
    words: 'new connect openai anthropic gemini ollama local server models',
  },
  addKey: { group: 'app', label: 'Add key of a provider', words: 'new api key secret token vault keychain' },
  unlockVault: { group: 'app', label: 'Unlock the vault of keys', words: 'passphrase open keys' },
  lockVault: { group: 'app', label: 'Lock the vault of keys', words: 'passphrase close keys' },
  newBudget: { group: 'app', label: 'New budget', words: 'add spend limit cap money cost' },
  newApiKey: { group: 'app', label: 'New API key', words: 'add token rest http scopes' },
  verifyAudit: { group: 'app', label: 'Verify the audit trail', words: 'check chain hash' },
  addCase: { group: 'app', label: 'Add case', words: 'new row dataset test' },
  networkOff: { group: 'app', label: 'Switch the network off', words: 'offline egress local' },
  networkOn: { group: 'app', label: 'Switch the network on', words: 'online offline egress' },
} satisfies Record<string, CommandText>;

/** The name of a command; the menu of the window knows commands by it. */
export type CommandId = keyof typeof table;

/**
 * Everything that can be done by name: in the palette, with keys, and from the menu of the window. Screens give
 * what carries them out, with `useCommands`; a command that no screen gives cannot be chosen.
 */
export const commandTexts: Readonly<Record<CommandId, CommandText>> = table;

/** What palette and sheet say. */
export const paletteTexts = {
  placeholder: 'Search prompts and commands, versions and answers',
  nothing: 'Nothing matches',
  prompts: 'Prompts',
  commands: 'Commands',
  keys: { move: 'choose', open: 'open', close: 'close' },
  sheet: 'Keyboard shortcuts',
  message: 'In a message',
  editor: 'In an editor',
  columns: 'In a column that has the focus',
  list: 'In the list of prompts',
} as const;

/** What the palette says; `words` are other words that its commands are found by. */
export const paletteTexts = {
  placeholder: 'Search prompts and commands',
  nothing: 'Nothing matches',
  prompts: 'Prompts',
  commands: 'Commands',
  keys: { move: 'choose', open: 'open', close: 'close' },
  command: {
    newPrompt: { label: 'New prompt', words: 'create add make' },
    prompts: { label: 'Go to prompts', words: 'home list' },
    runs: { label: 'Go to runs', words: 'history executions answers cost' },
    providers: { label: 'Go to providers', words: 'settings keys models openai ollama address' },
    egress: { label: 'Go to egress', words: 'settings network ledger privacy bytes sent outside' },
    networkOff: { label: 'Switch the network off', words: 'offline egress local' },
    networkOn: { label: 'Switch the network on', words: 'online offline egress' },
    appearance: { label: 'Go to appearance', words: 'settings theme colours' },
    about: { label: 'Go to about', words: 'settings version workspace api keys licences notices' },
    light: { label: 'Use light colours', words: 'theme mode toggle dark' },
    dark: { label: 'Use dark colours', words: 'theme mode toggle light' },
  },
} as const;

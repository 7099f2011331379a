/** What the options of a run say. */
export const optionsTexts = {
  button: (set: number) => (set === 0 ? 'Options' : `Options · ${set}`),
  concurrency: 'Executions at once',
  defaultConcurrency: 'The default limits',
  failFast: 'Cancel what is left after the first failure',
  resume: 'Go on with it after a restart',
  fallbacks: 'Fallback models',
  moveUp: (model: string) => `Move ${model} up`,
  moveDown: (model: string) => `Move ${model} down`,
  addFallback: 'Add fallback model',
  fallbackHint:
    'They answer in this order where the model is left alone or fails for good. They are asked only where the fallback strategy in Settings, Engine is “degrade”.',
} as const;

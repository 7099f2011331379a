import type { ConfigSetting, Place } from '../../bindings/types';

const UNITS: Readonly<Record<string, string>> = { ms: ' ms', s: ' s', '%': ' %' };

/** What the settings of the engine say beside the names and meanings that the host gives them. */
export const configTexts = {
  title: 'Engine',
  about: 'What you change holds at once. It is kept, for every workspace, in',
  copyPath: 'Copy the path of the file',
  problems: (count: number) => (count === 1 ? 'Something is wrong' : `${count} things are wrong`),
  holdsOn: 'Until they are mended, what held before holds on.',
  place: ({ line, column }: Place) => (line == null ? '' : `line ${line}, column ${column ?? 1}`),
  unit: (setting: ConfigSetting) => (setting.kind === 'number' ? (UNITS[setting.unit] ?? '') : ''),
  holds: (value: string) => `${value} holds,`,
  isDefault: 'the default',
  fromFile: (fallback: string) => `from the file; the default is ${fallback}`,
  fromEnvironment: (variable: string) => `set by the environment: \`${variable}\``,
  reset: 'Reset',
  resetOf: (title: string) => `Reset ${title}`,
  status: (count: number) =>
    count === 1 ? 'A problem in the configuration' : `${count} problems in the configuration`,
} as const;

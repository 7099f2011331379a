/** The version that an address shows in the history of its prompt. */
export function readVersionSearch({ version }: Record<string, unknown>): { version?: string } {
  return typeof version === 'string' ? { version } : {};
}

/** The JSON of an answer, bare or in one fence, indented; the text itself where it is none. */
export function prettyJson(text: string): string {
  const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n```\s*$/.exec(text)?.[1];
  try {
    return JSON.stringify(JSON.parse(fenced ?? text), null, 2);
  } catch {
    return text;
  }
}

/** Whether a text is JSON and nothing else. */
export function isBareJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Five wire formats, and where the scripted server speaks each. */
export const wires = [
  { kind: 'openai-chat', path: '/v1' },
  { kind: 'openai-responses', path: '/v1' },
  { kind: 'anthropic', path: '/v1' },
  { kind: 'gemini', path: '/v1beta' },
  { kind: 'ollama', path: '/' },
] as const;

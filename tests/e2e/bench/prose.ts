import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What models write: headings, emphasis, lists, code and tables. */
const PROSE = [
  '## A heading\n\nSome *words* of an answer with `code`, a [link](https://example.com) and **more** of them.\n\n',
  '- one item\n- another one\n\n```js\nconst answer = 42;\nconsole.log(answer);\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n',
].join('');
const TOKENS = PROSE.match(/\s*\S+\s*/g) ?? [];

/** A model server that answers in Markdown, with so many tokens, one every so many milliseconds. */
export class Prose {
  private constructor(private readonly server: Server) {}

  static async start(tokens: number, everyMs: number): Promise<Prose> {
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        speak(response, tokens, everyMs);
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new Prose(server);
  }

  /** What a provider is configured with. */
  get baseUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** However late a timer is, as many tokens come as are due. */
function speak(response: ServerResponse, tokens: number, everyMs: number): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const say = (delta: object, finish: string | null) => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    response.write(`data: ${JSON.stringify({ object: 'chat.completion.chunk', choices })}\n\n`);
  };
  const began = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.min(tokens, Math.floor((performance.now() - began) / everyMs));
    for (; sent < due; sent += 1) say({ content: TOKENS[sent % TOKENS.length] }, null);
    if (sent < tokens) return;
    clearInterval(timer);
    say({}, 'stop');
    response.end('data: [DONE]\n\n');
  }, everyMs);
  response.on('close', () => {
    clearInterval(timer);
  });
}

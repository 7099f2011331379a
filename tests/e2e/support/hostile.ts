import { readFileSync, readdirSync } from 'node:fs';
import { once } from 'node:events';
import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';

const folder = join(import.meta.dirname, '../../corpus/hostile');

type Part = string | { repeat: string; times: number };

interface Written {
  name: string;
  text?: string;
  parts?: Part[];
  shows?: string;
  links?: string[];
  refused?: boolean;
}

/** An answer that tries to get out of its column. */
export interface Hostile {
  /** Its kind and its name. */
  readonly title: string;
  readonly text: string;
  /** What must be seen all the same. */
  readonly shows: string | undefined;
  /** The addresses that the reader is offered; not looked at where they are not said. */
  readonly links: readonly string[] | undefined;
  /** Whether the host takes it for no answer: it fails then, and says so. */
  readonly isRefused: boolean;
}

const written = (part: Part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times));

function read(kind: string): Hostile[] {
  const lines = readFileSync(join(folder, `${kind}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => {
    const { name, text, parts = [], shows, links, refused = false } = JSON.parse(line) as Written;
    const all = text ?? parts.map(written).join('');
    return { title: `${kind}: ${name}`, text: all, shows, links, isRefused: refused };
  });
}

/** The cases of every kind. */
export const corpus: ReadonlyMap<string, Hostile[]> = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => basename(name, '.jsonl'))
    .map((kind) => [kind, read(kind)]),
);

/** In so many pieces an answer arrives. */
const PIECES = 12;
/** The time between two of them, in milliseconds. */
const PACE_MS = 10;

/** A model server whose models, `case-0` and on, answer with one text each. */
export class HostileServer {
  private constructor(
    private readonly server: Server,
    readonly baseUrl: string,
  ) {}

  static async start(answers: readonly Hostile[]): Promise<HostileServer> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { model } = JSON.parse(Buffer.concat(chunks).toString()) as { model: string };
        void answer(response, answers[Number(model.replace('case-', ''))]?.text ?? '');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HostileServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

async function answer(response: ServerResponse, text: string): Promise<void> {
  const say = (value: object) => response.write(`data: ${JSON.stringify(value)}\n\n`);
  const choice = (delta: object, finish: string | null) =>
    say({ object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  // By characters, so that none is sent in two halves.
  const characters = Array.from(text);
  const size = Math.max(1, Math.ceil(characters.length / PIECES));
  for (let at = 0; at < characters.length; at += size) {
    choice({ content: characters.slice(at, at + size).join('') }, null);
    await new Promise((done) => setTimeout(done, PACE_MS));
  }
  choice({}, 'stop');
  response.end('data: [DONE]\n\n');
}

/** What is put into the page before: whatever is tripped over is kept in `window.tripped`. */
export function tripwires(): void {
  const page = window as unknown as Record<string, unknown> & { tripped: string[] };
  page.tripped = [];
  const trip = (what: string) => () => {
    page.tripped.push(what);
    return null;
  };
  for (const name of ['tripwire', 'alert', 'confirm', 'prompt', 'print', 'open']) page[name] = trip(name);
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
    page.tripped.push(`${violatedDirective} ${blockedURI}`);
  });
  Object.defineProperty(Object.prototype, 'polluted', { set: trip('polluted'), configurable: true });
}

/** What one answer is found to do that it must not, and what it shows. */
export interface Inspection {
  readonly problems: string[];
  readonly text: string;
  readonly links: string[];
}

/** Looks at the answers of all columns. It is given to the page as it is, so it stands on nothing else. */
export function inspect(): { inspections: Inspection[]; tripped: string[] } {
  const allowed = new Set(
    (
      'H1 H2 H3 H4 H5 H6 P BR HR BLOCKQUOTE UL OL LI SECTION PRE CODE EM STRONG DEL SUP ' +
      'TABLE THEAD TBODY TR TH TD SPAN BUTTON DIV SMALL'
    ).split(' '),
  );
  const blocks = new Set('P LI TH TD H1 H2 H3 H4 H5 H6 CODE'.split(' '));
  const attribute = /^(class|type|start|role|dir|tabindex|data-[\w-]+|aria-(label|hidden)|style)$/;

  const check = (element: Element): string[] => {
    const found: string[] = [];
    const what = element.tagName;
    if (!allowed.has(what)) found.push(`has a ${what}`);
    for (const { name, value } of Array.from(element.attributes)) {
      if (!attribute.test(name)) found.push(`has ${name} at a ${what}`);
      const aligns = (what === 'TD' || what === 'TH') && /^text-align: (left|center|right);$/.test(value);
      const keepsRoom = what === 'DIV' && /^height: [\d.]+px;$/.test(value);
      if (name === 'style' && !aligns && !keepsRoom) found.push(`has the style ${value} at a ${what}`);
    }
    const style = getComputedStyle(element);
    if (style.position !== 'static') found.push(`puts a ${what} ${style.position}`);
    if (style.backgroundImage !== 'none') found.push(`paints a picture behind a ${what}`);
    if (blocks.has(what) && !/isolate|plaintext/.test(style.unicodeBidi))
      found.push(`lets a ${what} turn others`);
    return found;
  };

  const inspections = Array.from(document.querySelectorAll('article')).map((column): Inspection => {
    const box = column.querySelector('[data-scroller]');
    const answer = column.querySelector('[data-answer]');
    if (box === null || answer === null) {
      return { problems: [`shows no answer: ${column.textContent.slice(0, 200)}`], text: '', links: [] };
    }
    const problems: string[] = [];
    const contained = getComputedStyle(box);
    if (!/paint|strict|content/.test(contained.contain)) problems.push('is not kept in its column');
    if (answer.getBoundingClientRect().width > box.clientWidth) problems.push('is wider than its column');
    if (
      answer.querySelector('script, style, link, iframe, img, form, [id=root], [name], [srcdoc]') !== null
    ) {
      problems.push('has what it must not have');
    }
    const shown = Array.from(answer.querySelectorAll('[data-answer=markdown] [dir=auto] *'));
    problems.push(...new Set(shown.flatMap(check)));
    const links = Array.from(answer.querySelectorAll<HTMLElement>('[data-address]')).map(
      ({ dataset }) => dataset['address'] ?? '',
    );
    problems.push(
      ...links.filter((link) => !/^(https?|mailto):[!-~]+$/.test(link)).map((link) => `links to ${link}`),
    );
    return { problems, text: answer.textContent, links: [...new Set(links)] };
  });
  const { tripped } = window as unknown as { tripped: string[] };
  const outer = document.documentElement;
  if (outer.scrollWidth > window.innerWidth || outer.scrollHeight > window.innerHeight) {
    tripped.push('the page has grown');
  }
  return { inspections, tripped: [...tripped] };
}

/** What is wrong with the answers that were looked at, a line each. */
export function complaints(cases: readonly Hostile[], found: readonly Inspection[], view: string): string[] {
  return cases.flatMap(({ title, shows, links, isRefused }, at) => {
    if (isRefused) return [];
    const { problems, text, links: offered } = found[at] ?? { problems: ['is missing'], text: '', links: [] };
    const all = [...problems];
    if (view === 'markdown') {
      if (shows !== undefined && !text.includes(shows)) all.push(`does not show ${shows}`);
      if (links !== undefined && links.join('\n') !== offered.join('\n')) {
        all.push(`offers ${offered.join(', ') || 'no link'}`);
      }
    }
    return all.map((problem) => `${title} (${view}): ${problem}`);
  });
}

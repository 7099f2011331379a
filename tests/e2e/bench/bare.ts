import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const packages = join(import.meta.dirname, '../../../ui/node_modules');

/** Where each package that the editor is made of has its module. */
const modules = {
  '@codemirror/autocomplete': '@codemirror/autocomplete/dist/index.js',
  '@codemirror/commands': '@codemirror/commands/dist/index.js',
  '@codemirror/language': '@codemirror/language/dist/index.js',
  '@codemirror/search': '@codemirror/search/dist/index.js',
  '@codemirror/state': '@codemirror/state/dist/index.js',
  '@codemirror/streamparser': '@codemirror/streamparser/dist/index.js',
  '@codemirror/view': '@codemirror/view/dist/index.js',
  '@lezer/common': '@lezer/common/dist/index.js',
  '@lezer/highlight': '@lezer/highlight/dist/index.js',
  '@marijn/find-cluster-break': '@marijn/find-cluster-break/src/index.js',
  crelt: 'crelt/index.js',
  'style-mod': 'style-mod/src/style-mod.js',
  'w3c-keyname': 'w3c-keyname/index.js',
} as const;

const imports = Object.fromEntries(Object.entries(modules).map(([name, file]) => [name, `/${file}`]));

const page = (text: string) => `<!doctype html>
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">
  import { closeBrackets } from '@codemirror/autocomplete';
  import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
  import { bracketMatching } from '@codemirror/language';
  import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
  import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
  new EditorView({
    parent: document.body,
    doc: ${JSON.stringify(text)},
    extensions: [
      lineNumbers(), highlightActiveLine(), history(), drawSelection(), bracketMatching(), closeBrackets(),
      highlightSelectionMatches(), keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap]),
      EditorView.theme({ '&': { height: '400px' } }),
    ],
  });
</script>`;

/** A page with nothing but an editor of the same library as it comes: the peer of ours. */
export class BareEditor {
  private constructor(private readonly server: Server) {}

  static async start(text: string): Promise<BareEditor> {
    const server = createServer((request, response) => {
      const path = (request.url ?? '').slice(1);
      const file = Object.values(modules).find((known) => known === path);
      if (file === undefined) {
        response.setHeader('content-type', 'text/html');
        response.end(page(text));
        return;
      }
      response.setHeader('content-type', 'text/javascript');
      void readFile(join(packages, file)).then((module) => response.end(module));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new BareEditor(server);
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

// Asks promptfoo what it says of the cases in `cases.json`, and writes that down beside each of them. The rules of
// `crates/validate` are tested against what is written there, so promptfoo is only needed when the cases change:
//
//   npm install --prefix /tmp/promptfoo promptfoo@0.123.1 natural@8
//   node tests/conformance/promptfoo/record.mjs /tmp/promptfoo
//
// promptfoo 0.123 needs Node 22.22 or newer. With `--check` nothing is written. Its `meteor` asks WordNet for words that
// mean the same; here it is told that there are none, as in our rule.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

process.env.PROMPTFOO_DISABLE_TELEMETRY = '1';
process.env.PROMPTFOO_DISABLE_UPDATE = '1';
process.env.PROMPTFOO_DISABLE_REMOTE_GENERATION = 'true';

const [folder, mode] = process.argv.slice(2);
const root = resolve(folder, 'node_modules/promptfoo');
const require = createRequire(join(root, 'package.json'));

globalThis.naturalWords = require('natural');
const words = `export const { PorterStemmer } = globalThis.naturalWords;
  export class WordNet { lookup(word, found) { found([]); } }`;
registerHooks({
  resolve: (name, context, next) =>
    name === 'natural'
      ? { url: `data:text/javascript,${encodeURIComponent(words)}`, shortCircuit: true }
      : next(name, context),
});

const { version } = require(join(root, 'package.json'));
const { assertions } = await import(pathToFileURL(join(root, 'dist/src/index.js')));

const file = join(import.meta.dirname, 'cases.json');
const table = JSON.parse(readFileSync(file, 'utf8'));

/** The verdict and the score of a case, or that promptfoo threw. */
async function ask({ assert, threshold, output, finishReason, cost, latencyMs, tools, vars = {} }) {
  const provider = { id: () => 'test', config: { tools } };
  const input = {
    prompt: 'the prompt',
    provider,
    test: { vars, assert: structuredClone(assert), threshold },
    providerResponse: { output, finishReason, cost },
    latencyMs,
  };
  try {
    const { pass, score, namedScores } = await assertions.runAssertions(input);
    return { pass, score: Math.round(score * 1e6) / 1e6, namedScores };
  } catch {
    return { throws: true };
  }
}

let different = 0;
for (const entry of table.cases) {
  const said = await ask(entry);
  if (said.namedScores && Object.keys(said.namedScores).length === 0) delete said.namedScores;
  if (!isDeepStrictEqual(said, entry.promptfoo)) different += 1;
  entry.promptfoo = said;
}
table.promptfoo = version;
const lines = table.cases.map((entry) => `    ${JSON.stringify(entry)}`);
const text = `{\n  "promptfoo": ${JSON.stringify(version)},\n  "cases": [\n${lines.join(',\n')}\n  ]\n}\n`;
if (mode !== '--check') writeFileSync(file, text);
console.log(`${table.cases.length} cases, ${different} of them differ from what was written down`);
process.exit(mode === '--check' && different > 0 ? 1 : 0);

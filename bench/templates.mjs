// Rendering beside compiled templates of handlebars.js, in the same run: the templates that `make conformance` compares,
// and prompts as they are written. Both sides have read the templates before; each case is done as often as fits into a
// round, and the fastest round counts. Only cases that give the same text on both sides are compared. Their engine puts
// a text together only when somebody looks at it, so it is looked at: it is there to be sent.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '..');
const conformance = join(root, 'tests/conformance');
const need = createRequire(join(conformance, 'run.mjs'));
const Handlebars = need('handlebars');
const { parse } = need('yaml');

const child = spawn(process.argv[2], { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

async function withOurs(request) {
  child.stdin.write(`${JSON.stringify(request)}\n`);
  const { value, done } = await answers.next();
  if (done) throw new Error(`the program ended at ${request.template.slice(0, 200)}`);
  return JSON.parse(value);
}

const ROUNDS = 7;
const ROUND_MS = 4;

function fastest(act) {
  // The compiler of the engine gets its time first.
  const warm = performance.now();
  let once = Infinity;
  for (let at = 0; at < 2000 && performance.now() - warm < 30; at += 1) {
    const started = performance.now();
    act();
    once = Math.min(once, performance.now() - started);
  }
  const times = Math.max(1, Math.min(100_000, Math.floor(ROUND_MS / Math.max(once, 1e-4))));
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    for (let at = 0; at < times; at += 1) act();
    best = Math.min(best, (performance.now() - started) / times);
  }
  return best * 1e6;
}

function withTheirs({ template, input, context, partials }) {
  const handlebars = Handlebars.create();
  handlebars.log = () => undefined;
  const compiled = handlebars.compile(template, { noEscape: true });
  const given = Object.entries(partials ?? {}).map(([name, text]) => [
    name,
    handlebars.compile(text, { noEscape: true }),
  ]);
  const options = { data: context, partials: Object.fromEntries(given) };
  const act = () => {
    const text = compiled(input, options);
    text.charCodeAt(0);
    return text;
  };
  return { text: act(), render: fastest(act) };
}

// --- what is rendered ---

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

function conformanceCases() {
  const groups = ['blocks', 'partials', 'values', 'whitespace'].flatMap((file) =>
    parse(readFileSync(join(conformance, 'handlebars', `${file}.yaml`), 'utf8')),
  );
  return groups.flatMap(({ data = {}, context = {}, partials = {}, templates = [] }) =>
    isObject(data) ? templates.map((template) => ({ template, input: data, context, partials })) : [],
  );
}

const words = (count) => Array.from({ length: count }, (_, at) => `word${at % 97}`).join(' ');
const items = (count, make) => Array.from({ length: count }, (_, at) => make(at));

/** Prompts as they are written. */
const prompts = {
  'a question in a long instruction': {
    template: `${words(600)}\n\nAnswer {{user.name}}, who is {{user.age}}, in {{language}}.\n\n{{question}}\n`,
    input: { user: { name: 'Ada', age: 36 }, language: 'English', question: words(40) },
  },
  'a classifier with 20 categories': {
    template:
      'Answer with exactly one of these words:\n{{#each categories}}\n- {{this}}\n{{/each}}\n\nSubject: {{subject}}\n\n{{body}}\n',
    input: { categories: items(20, (at) => `category-${at}`), subject: words(8), body: words(120) },
  },
  '50 documents with a partial each': {
    template: 'Use these documents:\n{{#each documents}}\n{{> document index=@index}}\n{{/each}}\nQuestion: {{question}}\n',
    partials: { document: '## {{title}} ({{index}})\n{{#if source}}From {{source}}\n{{/if}}{{text}}\n' },
    input: {
      documents: items(50, (at) => ({ title: `Title ${at}`, source: at % 2 ? 'web' : '', text: words(60) })),
      question: words(12),
    },
  },
  '30 examples, nested conditions': {
    template:
      '{{#each examples as |example|}}{{#if example.input}}Input: {{example.input.text}}\n{{#unless example.input.plain}}Language: {{example.input.language}}\n{{/unless}}Output: {{example.output}}{{#if ../notes}} ({{../notes}}){{/if}}\n{{else}}None\n{{/if}}{{/each}}Input: {{text}}\nOutput:',
    input: {
      examples: items(30, (at) => ({ input: { text: words(12), language: 'en', plain: at % 3 === 0 }, output: words(6) })),
      notes: 'checked',
      text: words(30),
    },
  },
  'a table of 200 rows and 6 columns': {
    template: '{{#each rows}}| {{#each this}}{{this}} | {{/each}}\n{{/each}}',
    input: { rows: items(200, (row) => items(6, (column) => `cell ${row}.${column}`)) },
  },
};

/** A million bytes: of a template with 10,000 tags, of one value, of many values. */
const megabytes = {
  'a template of 1 MB with 10,000 tags': {
    template: `${words(12)} {{a.b}} and {{c}}.\n`.repeat(5_000).padEnd(1 << 20, 'x'),
    input: { a: { b: 'x' }, c: 'y' },
  },
  'one value of 1 MB': { template: 'Text:\n{{text}}\n', input: { text: 'x'.repeat(1 << 20) } },
  '10,000 values of 1 MB together': {
    template: '{{#each items}}{{@index}}: {{text}}\n{{/each}}',
    input: { items: items(10_000, () => ({ text: 'x'.repeat(95) })) },
  },
};

// --- measured and told ---

async function compared(request) {
  const ours = await withOurs(request);
  if (ours.error !== undefined) return null;
  const theirs = withTheirs(request);
  return theirs.text === ours.text ? { ours, theirs, ratio: theirs.render / ours.render } : null;
}

const micros = (nanos) =>
  nanos >= 1e6 ? `${(nanos / 1e6).toFixed(2)} ms` : `${(nanos / 1e3).toPrecision(3)} µs`;
const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);
const load = () => loadavg()[0].toFixed(1);

console.log(`## templates\n\n${cpus().length} cores, ${cpus()[0]?.model ?? ''}, load ${load()} at first\n`);
row('', 'handlebars.js, compiled', 'FormaOps, read before', 'times as fast');
row('---', '---', '---', '---');
const found = [];
for (const request of conformanceCases()) {
  const result = await compared(request);
  if (result !== null) found.push(result);
}
const sum = (of) => found.reduce((all, result) => all + of(result), 0);
const ratios = found.map(({ ratio }) => ratio).sort((one, other) => one - other);
const mean = Math.exp(ratios.reduce((all, ratio) => all + Math.log(ratio), 0) / ratios.length);
const [theirs, ours] = [sum(({ theirs }) => theirs.render), sum(({ ours }) => ours.render)];
row(`${found.length} templates of the conformance set, all`, micros(theirs), micros(ours), (theirs / ours).toFixed(2));
row('the same, the mean of each', '-', '-', mean.toFixed(2));
const slower = ratios.filter((ratio) => ratio < 1).length;
row(`the same, the slowest tenth (${slower} are slower)`, '-', '-', ratios[Math.floor(ratios.length / 10)].toFixed(2));
for (const [name, request] of Object.entries(prompts)) {
  const result = await compared(request);
  if (result === null) throw new Error(`${name} does not give the same on both sides`);
  row(name, micros(result.theirs.render), micros(result.ours.render), result.ratio.toFixed(2));
}
console.log('');
row('', 'handlebars.js, compiled', 'read', 'rendered', 'limit, together');
row('---', '---', '---', '---', '---');
for (const [name, request] of Object.entries(megabytes)) {
  const result = await compared(request);
  if (result === null) throw new Error(`${name} does not give the same on both sides`);
  row(name, micros(result.theirs.render), micros(result.ours.read), micros(result.ours.render), '100 ms');
}
child.stdin.end();
console.log(`\nload ${load()} at the end`);

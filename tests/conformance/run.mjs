// Compares what `formaops render --batch` answers with handlebars.js, on the cases in `handlebars/`, with Nunjucks, on
// those in `nunjucks/`, and with what the cases of dotprompt expect, in `dotprompt/`. With a word as argument only the cases that have it in their name run.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import Handlebars from 'handlebars';
import nunjucks from 'nunjucks';
import { parse } from 'yaml';

const here = import.meta.dirname;
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const target = process.env.CARGO_TARGET_DIR ?? join(cache, 'formaops/target');
const binary = process.env.FORMAOPS_BIN ?? join(target, 'debug/formaops');
const only = process.argv[2] ?? '';

const child = spawn(binary, ['render', '--batch'], { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

/** One line to the renderer, one line back. */
async function render({ json, ...request }) {
  // What JavaScript would change in reading is sent as it is written.
  const rest = JSON.stringify(request);
  child.stdin.write(`${json === undefined ? rest : `{"input":${json},${rest.slice(1)}`}\n`);
  const { value, done } = await answers.next();
  if (done) throw new Error(`the renderer ended at ${JSON.stringify(request)}`);
  return JSON.parse(value);
}

function load(folder) {
  const names = readdirSync(join(here, folder), { recursive: true }).filter((name) => name.endsWith('.yaml'));
  return names
    .sort()
    .map((name) => [name.replace(/\.yaml$/, ''), parse(readFileSync(join(here, folder, name), 'utf8'))]);
}

const failures = [];
let ran = 0;

/** Counts what holds, and says what does not. */
async function suite(title, cases) {
  const chosen = cases.filter(({ name }) => name.includes(only));
  let passed = 0;
  for (const { name, check } of chosen) {
    const problem = await check();
    if (problem === null) passed += 1;
    else failures.push(`${title}: ${name}\n${problem}`);
  }
  ran += chosen.length;
  console.log(`${title}: ${passed} of ${chosen.length}`);
}

const show = (value) => `    ${JSON.stringify(value)}`;
const differs = (ours, theirs) => `  ours:\n${show(ours)}\n  expected:\n${show(theirs)}`;

// --- handlebars.js ---

function withHandlebars({ template, data, json, context, partials, escape = false }) {
  try {
    const compiled = Handlebars.create().compile(template, { noEscape: !escape });
    return {
      text: compiled(json === undefined ? data : JSON.parse(json), {
        data: context,
        partials: { ...partials },
      }),
    };
  } catch (error) {
    return { error: error.message };
  }
}

async function withOurs({ template, data, json, context, partials, options }) {
  const answer = await render({
    options,
    json,
    template,
    input: json === undefined ? data : undefined,
    context,
    partials,
  });
  if (answer.error) return { error: answer.error.message };
  const content = answer.messages.flatMap((message) => message.content);
  return { text: content.map((part) => part.text).join('') };
}

const outcome = (result) => result.text ?? 'an error';

function handlebarsCases() {
  const cases = [];
  for (const [file, groups] of load('handlebars').filter(([file]) => file !== 'differences')) {
    for (const { name, data = {}, context = {}, partials = {}, templates = [], errors = [] } of groups) {
      const add = (template, fails) => {
        const given = { template, data, context, partials };
        const check = async () => {
          const [theirs, ours] = [withHandlebars(given), await withOurs(given)];
          if (fails !== 'error' in theirs) return `  handlebars.js: ${show(theirs)}\n  in ${show(template)}`;
          // A text of blanks alone is no message, so it says nothing here.
          if (!fails && theirs.text.trim() === '') return `  the case prints nothing: ${show(template)}`;
          if (fails ? 'error' in ours : ours.text === theirs.text) return null;
          return `  template:\n${show(template)}\n${differs(ours.text ?? ours, theirs.text ?? theirs)}`;
        };
        cases.push({ name: `${file}, ${name}: ${template}`, check });
      };
      for (const template of templates) add(template, false);
      for (const template of errors) add(template, true);
    }
  }
  return cases;
}

/** The differences that are meant: each must be one, and just as it is described. */
function differences() {
  const [[, list]] = load('handlebars').filter(([file]) => file === 'differences');
  return list.map(
    ({ reason, template, data = {}, json, context = {}, partials = {}, escape, ours, handlebars }) => ({
      name: `${reason}: ${template}`,
      check: async () => {
        const given = { template, data, json, context, partials, escape };
        const found = { ours: outcome(await withOurs(given)), handlebars: outcome(withHandlebars(given)) };
        if (found.ours === found.handlebars) return `  there is no difference:\n${show(found.ours)}`;
        return isDeepStrictEqual(found, { ours, handlebars }) ? null : differs(found, { ours, handlebars });
      },
    }),
  );
}

// --- nunjucks ---

const NUNJUCKS = { ext: { formaops: { engine: 'nunjucks' } } };

function withNunjucks({ template, data }) {
  try {
    return { text: new nunjucks.Environment(null, { autoescape: false }).renderString(template, data) };
  } catch (error) {
    return { error: error.message };
  }
}

function nunjucksCases() {
  const cases = [];
  for (const [file, groups] of load('nunjucks').filter(([file]) => file !== 'differences')) {
    for (const { name, data = {}, templates = [], errors = [] } of groups) {
      const add = (template, fails) => {
        const check = async () => {
          const given = { template, data };
          const [theirs, ours] = [withNunjucks(given), await withOurs({ ...given, options: NUNJUCKS })];
          if (fails !== 'error' in theirs) return `  nunjucks: ${show(theirs)}\n  in ${show(template)}`;
          if (fails ? 'error' in ours : ours.text === theirs.text) return null;
          return `  template:\n${show(template)}\n${differs(ours.text ?? ours, theirs.text ?? theirs)}`;
        };
        cases.push({ name: `${file}, ${name}: ${template}`, check });
      };
      for (const template of templates) add(template, false);
      for (const template of errors) add(template, true);
    }
  }
  return cases;
}

function nunjucksDifferences() {
  const [[, list]] = load('nunjucks').filter(([file]) => file === 'differences');
  return list.map(({ reason, template, data = {}, ours, nunjucks: theirs }) => ({
    name: `${reason}: ${template}`,
    check: async () => {
      const given = { template, data, options: NUNJUCKS };
      const found = { ours: outcome(await withOurs(given)), theirs: outcome(withNunjucks(given)) };
      if (found.ours === found.theirs) return `  there is no difference:\n${show(found.ours)}`;
      return isDeepStrictEqual(found, { ours, theirs }) ? null : differs(found, { ours, theirs });
    },
  }));
}

// --- dotprompt ---

function dotpromptCases() {
  const cases = [];
  for (const [file, specs] of load('dotprompt')) {
    for (const spec of specs) {
      for (const test of spec.tests) {
        const {
          input,
          messages = [],
          docs = [],
          context = {},
        } = {
          ...spec.data,
          ...test.data,
          context: { ...spec.data?.context, ...test.data?.context },
        };
        const request = {
          template: spec.template,
          input,
          messages,
          docs,
          context,
          options: test.options ?? {},
          schemas: { ...spec.schemas, ...spec.resolverSchemas },
          partials: { ...spec.partials, ...spec.resolverPartials },
        };
        cases.push({
          name: `${file}, ${spec.name}: ${test.desc}`,
          check: () => dotpromptCase(request, test.expect),
        });
      }
    }
  }
  return cases;
}

/** Everything that a case expects must be there, and nothing else; `raw` only where a case speaks of it. */
async function dotpromptCase(request, expected) {
  const { raw, ...result } = await render(request);
  const { raw: expectedRaw, ...rest } = expected;
  const whole = { ext: {}, config: {}, metadata: {}, ...rest };
  // In another order of fields it is the same.
  const same = (one, other) => isDeepStrictEqual(one, other);
  if (!same(result, whole)) return differs(result, whole);
  return expectedRaw === undefined || same(raw, expectedRaw) ? null : differs(raw, expectedRaw);
}

await suite('handlebars', handlebarsCases());
await suite('handlebars differences', differences());
await suite('nunjucks', nunjucksCases());
await suite('nunjucks differences', nunjucksDifferences());
await suite('dotprompt', dotpromptCases());
child.stdin.end();
if (failures.length > 0) console.error(`\n${failures.join('\n\n')}`);
if (ran === 0) console.error(`no case has \`${only}\` in its name`);
process.exitCode = failures.length > 0 || ran === 0 ? 1 : 0;

// Fails the build when scripts have grown beyond what was meant, so that growth is decided and not found out.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/**
 * The most that is loaded, in KiB after compression: before anything is seen, and in all. Of all, the screens of suites and
 * their grids are 30, and the editor of validations 39 with the grammar of JavaScript; both are loaded when they are gone to.
 * Ratings, blind comparison, replays and schemas are 18 more, also loaded later.
 * The places and commands of datasets, suites and blind comparison are 3 of the first.
 */
const MOST = { first: 220, all: 760 };

const assets = new URL('dist/assets/', import.meta.url);
const size = (names) =>
  names.reduce((sum, name) => sum + gzipSync(readFileSync(new URL(name, assets))).length / 1024, 0);

const page = readFileSync(new URL('dist/index.html', import.meta.url), 'utf8');
const first = [...page.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map(([, name]) => name);
// The notices of third parties are a text to read, and no part of the program.
const all = readdirSync(assets).filter((name) => name.endsWith('.js') && !name.startsWith('notices'));

if (first.length === 0) throw new Error('the page loads no script');
for (const [what, names] of Object.entries({ first, all })) {
  const kib = size(names);
  console.log(`Scripts, ${what}: ${kib.toFixed(0)} of ${MOST[what]} KiB compressed`);
  if (kib > MOST[what]) process.exitCode = 1;
}
if (process.exitCode === 1) console.error('The scripts have grown beyond their budget, see ui/budget.mjs');

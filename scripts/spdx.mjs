// Licence expressions (SPDX), and which of them the project accepts.

/** What may be shipped, the one we would choose first in front. */
const ACCEPTED = [
  'MIT',
  // MIT without its one condition.
  'MIT-0',
  '0BSD',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Zlib',
  'BSL-1.0',
  'Unicode-3.0',
  'Unicode-DFS-2016',
  'CC0-1.0',
  'Apache-2.0',
  'MPL-2.0',
];
/** For fonts. */
const FONTS = ['OFL-1.1'];
/** For what builds and tests the project and is never part of it. */
const TOOLS = ['BlueOak-1.0.0', 'CC-BY-4.0', 'Python-2.0', 'Unlicense'];
/** Dependencies of the page that no bundle of it holds, with the reason. */
export const UNUSED = new Map([['isbot', 'the router needs it only where it renders on a server']]);

/**
 * The expression as alternatives, each a list of licences that hold together.
 * @param {string} expression
 * @returns {string[][]}
 */
export function alternatives(expression) {
  const tokens = expression.replaceAll('/', ' OR ').match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const any = () => {
    const all = both();
    while (tokens[at] === 'OR') {
      at += 1;
      all.push(...both());
    }
    return all;
  };
  const both = () => {
    let left = one();
    while (tokens[at] === 'AND') {
      at += 1;
      const right = one();
      left = left.flatMap((first) => right.map((second) => [...first, ...second]));
    }
    return left;
  };
  const one = () => {
    const token = tokens[at];
    at += 1;
    if (token === '(') {
      const inner = any();
      at += 1;
      return inner;
    }
    // An exception only allows more than its licence does.
    if (tokens[at] === 'WITH') at += 2;
    return token === undefined ? [] : [[token]];
  };
  return any();
}

const rank = (licence) => {
  const known = [...ACCEPTED, ...FONTS].indexOf(licence);
  return known < 0 ? Infinity : known;
};

/**
 * The licences to take a package under.
 * @param {string} expression
 */
export function chosen(expression) {
  const worst = (licences) => Math.max(...licences.map(rank));
  const [best] = alternatives(expression).sort((a, b) => worst(a) - worst(b));
  return [...new Set(best ?? [])];
}

/**
 * Whether a package may be used.
 * @param {string} expression
 * @param {{ name: string, shipped: boolean }} item
 */
export function accepted(expression, item) {
  const may = new Set(ACCEPTED);
  if (item.name.startsWith('@fontsource')) FONTS.forEach((licence) => may.add(licence));
  if (!item.shipped) TOOLS.forEach((licence) => may.add(licence));
  return alternatives(expression).some((licences) => licences.every((licence) => may.has(licence)));
}

// Checks the licences of everything the project is built from, and writes the notices that the app shows.
//
//   node scripts/licences.mjs --check   fails where a licence is not accepted or the notices are stale
//   node scripts/licences.mjs --write   writes the notices
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UNUSED, accepted, chosen } from './spdx.mjs';

const NOTICES = 'assets/notices.md';
const PAGES = ['ui', 'tests/e2e', 'tests/conformance'];

/** How the text of each licence is recognised in a file. */
const MARKS = {
  MIT: /Permission is hereby granted, free of charge/,
  'MIT-0': /Permission is hereby granted, free of charge/,
  'Apache-2.0': /Apache License\s+Version 2\.0/,
  'BSD-2-Clause': /Redistribution and use in source and binary forms/,
  'BSD-3-Clause': /Redistribution and use in source and binary forms/,
  ISC: /Permission to use, copy, modify, and(\/or)? distribute this software/,
  '0BSD': /Permission to use, copy, modify, and(\/or)? distribute this software/,
  Zlib: /provided ['‘]?["“]?as-is/i,
  'Unicode-3.0': /UNICODE LICENSE V3/,
  'MPL-2.0': /Mozilla Public License/,
  'CC0-1.0': /CC0 1\.0 Universal/,
  'BSL-1.0': /Boost Software License/,
  'OFL-1.1': /SIL OPEN FONT LICENSE/i,
};

/** @typedef {{ name: string, version: string, licence: string, folder: string, shipped: boolean, authors: string }} Package */

/** @returns {Package[]} */
function rustPackages() {
  const metadata = JSON.parse(
    execFileSync(
      'cargo',
      ['metadata', '--format-version', '1', '--locked', '--filter-platform', 'x86_64-unknown-linux-gnu'],
      { encoding: 'utf8', maxBuffer: 256 << 20 },
    ),
  );
  const packages = new Map(metadata.packages.map((item) => [item.id, item]));
  const nodes = new Map(metadata.resolve.nodes.map((node) => [node.id, node]));
  const isMacro = (id) => packages.get(id).targets.some((target) => target.kind.includes('proc-macro'));
  const shipped = new Set();
  const waiting = metadata.packages
    .filter((item) => ['formaops-desktop', 'formaops-cli'].includes(item.name))
    .map((item) => item.id);
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (shipped.has(id) || isMacro(id)) continue;
    shipped.add(id);
    for (const dependency of nodes.get(id).deps) {
      if (dependency.dep_kinds.some(({ kind }) => kind === null)) waiting.push(dependency.pkg);
    }
  }
  return metadata.packages
    .filter((item) => item.source !== null)
    .map((item) => ({
      name: item.name,
      version: item.version,
      licence: item.license ?? '',
      folder: join(item.manifest_path, '..'),
      shipped: shipped.has(item.id),
      authors: item.authors.map((author) => author.replace(/\s*<.*>/, '')).join(', '),
    }));
}

/** @returns {Package[]} */
function nodePackages(page) {
  const lock = `${page}/package-lock.json`;
  if (!existsSync(lock)) return [];
  return Object.entries(JSON.parse(readFileSync(lock, 'utf8')).packages)
    .filter(([path, item]) => path !== '' && !item.link)
    .map(([path, item]) => {
      const folder = join(page, path);
      const manifest = existsSync(join(folder, 'package.json'))
        ? JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
        : {};
      const author = typeof manifest.author === 'string' ? manifest.author : (manifest.author?.name ?? '');
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return {
        name,
        version: item.version,
        licence: String(item.license ?? manifest.license ?? ''),
        folder,
        shipped: page === 'ui' && !item.dev && !item.devOptional && existsSync(folder) && !UNUSED.has(name),
        authors: author.replace(/\s*[<(].*/, ''),
      };
    });
}

/** The licence texts that a package comes with. */
function textsOf(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && /^(licen[cs]e|copying|notice|unlicense)|licen[cs]e/i.test(entry.name),
    )
    .filter((entry) => !/\.(html|js|ts|json|rs|toml|spdx)$/i.test(entry.name))
    .map((entry) => ({
      name: entry.name,
      text: readFileSync(join(folder, entry.name), 'utf8').replaceAll('\r\n', '\n').trim(),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const isCopyright = (line) =>
  /^[\s*#/]*(copyright\b.*(\d{4}|\(c\)|©|contributors|authors)|(\(c\)|©)\s*\d{4})/i.test(line);

/** A licence text without who holds the rights, to tell equal ones. */
function split(text) {
  const lines = text.split('\n');
  // An Apache licence names no holder but in its appendix, which is an example.
  const rights = MARKS['Apache-2.0'].test(text)
    ? []
    : lines.filter(isCopyright).map((line) => line.replace(/^[\s*#/]+/, '').trim());
  const body = lines
    .filter((line) => !isCopyright(line))
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  const words = body
    .replace(/^.*\b(MIT|Apache|BSD|ISC|Zlib).*licen[cs]e.*$/gim, '')
    .replace(/[^a-z0-9]+/gi, ' ')
    .trim()
    .toLowerCase();
  return { rights, body, key: createHash('sha256').update(words).digest('hex') };
}

/** @param {Package[]} packages */
function notices(packages) {
  const own = {
    MIT: readFileSync('LICENSE-MIT', 'utf8').trim(),
    'Apache-2.0': readFileSync('LICENSE-APACHE', 'utf8').trim(),
  };
  /** @type {Map<string, { id: string, body: string, users: { title: string, rights: string[] }[] }>} */
  const groups = new Map();
  const bare = [];
  const add = (id, text, item) => {
    const { rights, body, key } = split(text);
    const group = groups.get(key) ?? { id, body, users: [] };
    groups.set(key, group);
    group.users.push({ title: `${item.name} ${item.version}`, rights });
  };
  for (const item of packages) {
    const texts = textsOf(item.folder);
    for (const id of chosen(item.licence)) {
      const found = texts.filter(({ text }) => MARKS[id]?.test(text));
      // Where one file holds each licence, only the one chosen.
      const best =
        found.find(({ name }) => name.toUpperCase().includes(id.split('-')[0].toUpperCase())) ?? found[0];
      if (best) add(id, best.text, item);
      else bare.push({ id, item });
    }
    for (const { name, text } of texts.filter(({ name }) => /^notice/i.test(basename(name)))) {
      add(name, text, item);
    }
  }
  // A package that comes without the text gets the usual one, and its authors in place of the holders.
  for (const { id, item } of bare) {
    const usual = own[id] ?? [...groups.values()].find((group) => group.id === id)?.body;
    if (usual === undefined) throw new Error(`no text of ${id} for ${item.name}`);
    const { body, key } = split(usual);
    const group = groups.get(key) ?? { id, body, users: [] };
    groups.set(key, group);
    const rights = item.authors === '' ? `The authors of ${item.name}` : item.authors;
    group.users.push({ title: `${item.name} ${item.version}`, rights: [`Copyright (c) ${rights}`] });
  }
  const byTitle = (a, b) => (a.title < b.title ? -1 : 1);
  const sections = [...groups.values()]
    .map((group) => ({ ...group, users: group.users.sort(byTitle) }))
    .sort((a, b) => b.users.length - a.users.length || byTitle(a.users[0], b.users[0]))
    .map(({ id, body, users }) => {
      const list = users.map(({ title, rights }) =>
        rights.length > 0 ? `- ${title}: ${rights.join('; ')}` : `- ${title}`,
      );
      return `## ${id}\n\n${list.join('\n')}\n\n\`\`\`text\n${body.replaceAll('```', "'''")}\n\`\`\`\n`;
    });
  return `# Notices\n\nFormaOps is built from the work of others. Each section is a licence text and who gave their work under it.\n\n${sections.join('\n')}`;
}

const packages = [...rustPackages(), ...PAGES.flatMap(nodePackages)];
const refused = packages.filter((item) => !accepted(item.licence, item));
for (const item of refused) {
  console.error(
    `${item.name} ${item.version}: \`${item.licence || 'no licence'}\` is not accepted (${item.folder})`,
  );
}
if (refused.length > 0) process.exit(1);

const text = notices(packages.filter((item) => item.shipped));
if (process.argv[2] === '--write') {
  writeFileSync(NOTICES, text);
} else if (!existsSync(NOTICES) || readFileSync(NOTICES, 'utf8') !== text) {
  console.error(`\`${NOTICES}\` is stale: run \`make generate\``);
  process.exit(1);
}
console.log(`${packages.length} packages, ${packages.filter((item) => item.shipped).length} of them shipped`);

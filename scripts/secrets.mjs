// Fails where a file of the repository holds what looks like a real key.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

// Real keys are longer than what a test needs to look like one.
const SHAPES = {
  'OpenAI or OpenRouter key': /\bsk-(?:[a-z0-9]+-)*[A-Za-z0-9_]{24,}/,
  'Anthropic key': /\bsk-ant-[A-Za-z0-9_-]{24,}/,
  'Google key': /\bAIza[A-Za-z0-9_-]{35}/,
  'AWS key': /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  'GitHub token': /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})/,
  'GitLab token': /\bglpat-[A-Za-z0-9_-]{20}/,
  'npm token': /\bnpm_[A-Za-z0-9]{36}/,
  'Slack token': /\bxox[abprs]-[A-Za-z0-9-]{20,}/,
  'Hugging Face token': /\bhf_[A-Za-z0-9]{34}/,
  'private key': /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
  'JSON web token': /\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}/,
};

const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
  maxBuffer: 64 << 20,
})
  .split('\0')
  .filter(Boolean);

const found = [];
for (const file of files) {
  let text;
  try {
    text = readFileSync(file, 'latin1');
  } catch (error) {
    // Deleted but not yet committed.
    if (error.code === 'ENOENT') continue;
    throw error;
  }
  if (text.includes('\0')) continue;
  text.split('\n').forEach((line, index) => {
    for (const [what, shape] of Object.entries(SHAPES)) {
      if (shape.test(line)) found.push(`${file}:${index + 1}: looks like a ${what}`);
    }
  });
}

if (found.length > 0) {
  console.error(found.join('\n'));
  console.error('Take it out of the file, and out of use if it was ever real.');
  process.exit(1);
}
console.log(`${files.length} files, no keys`);

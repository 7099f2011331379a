import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const target =
  process.env['CARGO_TARGET_DIR'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'formaops', 'target');

/** Tests run what is built to be debugged; measurements what is released. */
const profile = process.env['FORMAOPS_PROFILE'] ?? 'debug';

function built(name: string): string {
  const path = join(target, profile, name);
  if (!existsSync(path)) throw new Error(`\`${path}\` is missing: run \`make build-all\``);
  return path;
}

/** The programs under test and those they are tested with. */
export const programs = {
  get cli() {
    return built('formaops');
  },
  get desktop() {
    return built('formaops-desktop');
  },
  get scriptedServer() {
    return built('formaops-scripted-server');
  },
  get multiplyRun() {
    return built('formaops-multiply-run');
  },
  driver: 'WebKitWebDriver',
  display: 'Xvfb',
  pointer: 'xdotool',
  bus: 'dbus-daemon',
  busMonitor: 'dbus-monitor',
};

/** The browser of the system. */
export function chromium(): string {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const places = (process.env['PATH'] ?? '').split(':');
  const found = names
    .flatMap((name) => places.map((place) => join(place, name)))
    .find((path) => existsSync(path));
  const chosen = process.env['FORMAOPS_CHROMIUM'] ?? found;
  if (chosen === undefined) throw new Error(`none of ${names.join(', ')} is installed: run \`make test\``);
  return chosen;
}

/** A program that runs beside a test, and what it said. */
export class Program {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #said: string[] = [];
  readonly #ended: Promise<void>;
  readonly #firstLine: Promise<string>;

  /**
   * Starts a program.
   * @param lineFrom which of its outputs `firstLine` waits for: 1 for standard output, 3 for a further one
   */
  constructor(command: string, args: string[], env: NodeJS.ProcessEnv = {}, lineFrom: 1 | 3 = 1) {
    this.#name = command;
    this.#child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once('exit', () => {
        resolve();
      });
      this.#child.once('error', reject);
    });
    const streams = this.#child.stdio.slice(1).filter((stream) => stream !== null && stream !== undefined);
    this.#firstLine = new Promise((resolve, reject) => {
      for (const [index, stream] of streams.entries()) {
        createInterface({ input: stream as NodeJS.ReadableStream }).on('line', (line) => {
          this.#said.push(line);
          if (index + 1 === lineFrom) resolve(line);
        });
      }
      this.#ended.then(() => {
        reject(new Error(`\`${this.#name}\` ended without a word:\n${this.output()}`));
      }, reject);
    });
    // Whoever waits for the line gets the failure; nobody has to.
    this.#firstLine.catch(() => undefined);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`\`${this.#name}\` did not start`);
    return this.#child.pid;
  }

  /** The first line that the program writes. */
  firstLine(): Promise<string> {
    return this.#firstLine;
  }

  /** Everything it has written. */
  output(): string {
    return this.#said.join('\n');
  }

  /** Completes when the program has ended. */
  ended(): Promise<void> {
    return this.#ended;
  }

  /** Asks the program to end, and waits until it has. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    await this.#ended;
  }
}

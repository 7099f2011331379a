import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { Program, programs } from '../support/program';
import type { Workspace } from '../support/workspace';
import { Session } from './webdriver';

/** A display that nobody looks at. */
export class Display {
  private constructor(
    private readonly program: Program,
    readonly name: string,
  ) {}

  static async start(): Promise<Display> {
    const args = ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'];
    const program = new Program(programs.display, args, {}, 3);
    return new Display(program, `:${await program.firstLine()}`);
  }

  async stop(): Promise<void> {
    await this.program.stop();
  }
}

/** The desktop app in a real window, under the driver of its web view. */
export class Desktop {
  private constructor(
    private readonly driver: Program,
    readonly session: Session,
  ) {}

  static async start(display: Display, workspace: Workspace): Promise<Desktop> {
    const port = await freePort();
    const driver = new Program(programs.driver, [`--port=${port}`], {
      ...workspace.env,
      DISPLAY: display.name,
      TAURI_AUTOMATION: 'true',
      TAURI_WEBVIEW_AUTOMATION: 'true',
    });
    const address = `http://127.0.0.1:${port}`;
    await listening(address, driver);
    try {
      const session = await Session.start(address, programs.desktop, ['--workspace', workspace.folder]);
      return new Desktop(driver, session);
    } catch (error) {
      await driver.stop('SIGKILL');
      throw new Error(`the window did not start:\n${driver.output()}`, { cause: error });
    }
  }

  /** Kills the app as a power cut would. */
  async kill(): Promise<void> {
    await this.#killApps(await this.#apps());
    await this.driver.stop('SIGKILL');
  }

  /** Closes the app, which lets the workspace go. */
  async stop(): Promise<void> {
    const apps = await this.#apps();
    await this.session.end().catch(() => undefined);
    if (!(await gone(apps, 5_000))) await this.#killApps(apps);
    await this.driver.stop('SIGKILL');
  }

  output(): string {
    return this.driver.output();
  }

  async #killApps(apps: number[]): Promise<void> {
    for (const pid of apps) process.kill(pid, 'SIGKILL');
    if (!(await gone(apps, 30_000))) throw new Error('the app survives being killed');
  }

  async #apps(): Promise<number[]> {
    const { pid } = this.driver;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    return children.split(' ').filter(Boolean).map(Number);
  }
}

/** Whether processes have ended, or end within `patience` milliseconds. They are not our children. */
async function gone(pids: number[], patience: number): Promise<boolean> {
  const deadline = Date.now() + patience;
  for (;;) {
    if ((await Promise.all(pids.map(isGone))).every(Boolean)) return true;
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether a process has let go of its files. It has not while a single thread of it is busy with the disk. */
async function isGone(pid: number): Promise<boolean> {
  try {
    const [state, threads] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readdir(`/proc/${pid}/task`),
    ]);
    // The state follows the name, which is in brackets.
    return threads.length <= 1 && /\) Z /.test(state);
  } catch {
    return true;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no free port'));
      });
    });
  });
}

/** The driver says nothing when it is ready, so it is asked. */
async function listening(address: string, driver: Program): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const ready = await fetch(`${address}/status`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    if (Date.now() > deadline) throw new Error(`the driver does not answer:\n${driver.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

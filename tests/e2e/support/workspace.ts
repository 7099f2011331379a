import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A workspace of its own, and a home in which nothing else is found. */
export class Workspace {
  /** Further variables for programs that work on it. */
  readonly variables: Record<string, string> = {};

  private constructor(private readonly root: string) {}

  static async create(): Promise<Workspace> {
    // Short, because the path of a socket in it must fit into its address.
    return new Workspace(await mkdtemp(join(tmpdir(), 'fo-')));
  }

  /** The folder that `--workspace` names. */
  get folder(): string {
    return join(this.root, 'support');
  }

  /** The file of the configuration, where one is made. */
  get config(): string {
    return join(this.root, 'h', 'config', 'formaops', 'config.toml');
  }

  /** The environment for programs that work on it. */
  get env(): NodeJS.ProcessEnv {
    const home = join(this.root, 'h');
    return {
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_DATA_HOME: join(home, 'data'),
      XDG_CACHE_HOME: join(home, 'cache'),
      FORMAOPS_WORKSPACE: this.folder,
      // No keychain: one of the machine that tests must neither be asked nor written to.
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(this.root, 'no-bus')}`,
      ...this.variables,
    };
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

import { type Caller, type OperationName, client } from '../../../ui/src/bindings/client';
import { Program, programs } from './program';
import type { Workspace } from './workspace';

/** Every operation of a host, as the page calls them. */
export type Api = ReturnType<typeof client>;

/** `formaops serve` on a workspace. */
export class Host {
  private constructor(
    private readonly program: Program,
    /** The address with a token for one login. */
    readonly address: string,
  ) {}

  /** Starts one, on a port that is free or on a certain one. */
  static async start(workspace: Workspace, port = 0): Promise<Host> {
    const program = new Program(programs.cli, ['serve', '--port', String(port), '--json'], workspace.env);
    const { address } = JSON.parse(await program.firstLine()) as { address: string };
    return new Host(program, address);
  }

  get origin(): string {
    return new URL(this.address).origin;
  }

  /** Stops the host as Ctrl+C does, or as a power cut does. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.program.stop(signal);
  }

  output(): string {
    return this.program.output();
  }
}

/** Runs one `formaops` command and reads the JSON it prints. */
async function command(workspace: Workspace, args: string[]): Promise<unknown> {
  const program = new Program(programs.cli, [...args, '--json'], workspace.env);
  await program.ended();
  return JSON.parse(program.output());
}

/** The operations of a host, called with a key of their own, beside the login of the page. */
export async function connect(host: Host, workspace: Workspace): Promise<Api> {
  const scopes = ['read', 'run', 'write', 'admin'].flatMap((scope) => ['--scopes', scope]);
  const made = (await command(workspace, ['api-key', 'create', '--name', 'tests', ...scopes])) as {
    secret: string;
  };
  return client(new HttpCaller(host.origin, made.secret));
}

class HttpCaller implements Caller {
  constructor(
    private readonly origin: string,
    private readonly secret: string,
  ) {}

  async call<R>(operation: OperationName, method: string, path: string, request: object): Promise<R> {
    const fields = new Map(
      Object.entries(request).filter(([, value]) => value !== undefined && value !== null),
    );
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
      const value = String(fields.get(field));
      fields.delete(field);
      return encodeURIComponent(value);
    });
    const url = new URL(filled, this.origin);
    const headers: Record<string, string> = { authorization: `Bearer ${this.secret}` };
    const init: RequestInit = { method, headers };
    if (method === 'GET' || method === 'DELETE') {
      for (const [field, value] of fields) {
        url.searchParams.set(field, typeof value === 'string' ? value : JSON.stringify(value));
      }
    } else {
      headers['content-type'] = 'application/json';
      init.body = JSON.stringify(Object.fromEntries(fields));
    }
    const response = await fetch(url, init);
    const answer = (await response.json()) as R;
    if (!response.ok) throw new Error(`${operation}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }
}

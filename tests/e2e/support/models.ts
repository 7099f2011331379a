import { Program, programs } from './program';

/** A model that goes on for longer than any test lasts, until it is stopped; one word every so many milliseconds. */
export const endless = (everyMs: number) => `slow-${everyMs}x10000`;

/** As `endless`, but it never gets beyond its reasoning. */
export const pondering = (everyMs: number) => `thinking-${everyMs}x10000`;

/** The scripted model server: the model id of a request says what it does. */
export class Models {
  private constructor(
    private readonly program: Program,
    /** What a provider is configured with. */
    readonly baseUrl: string,
  ) {}

  static async start(): Promise<Models> {
    const program = new Program(programs.scriptedServer, []);
    return new Models(program, await program.firstLine());
  }

  async stop(): Promise<void> {
    await this.program.stop('SIGINT');
  }
}

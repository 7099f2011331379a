import { Program, programs } from './program';

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

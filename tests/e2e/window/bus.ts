import { Program, programs } from '../support/program';

/** A session bus on which nobody shows notifications, and all that programs say to whoever would. */
export class Bus {
  private constructor(
    private readonly daemon: Program,
    private readonly monitor: Program,
    readonly address: string,
  ) {}

  static async start(): Promise<Bus> {
    const daemon = new Program(programs.bus, ['--session', '--nofork', '--nopidfile', '--print-address=1']);
    const address = await daemon.firstLine();
    const spoken = "interface='org.freedesktop.Notifications'";
    const monitor = new Program(programs.busMonitor, ['--address', address, spoken]);
    // It speaks once it listens.
    await monitor.firstLine();
    return new Bus(daemon, monitor, address);
  }

  /** What was said, as lines of `dbus-monitor`. */
  said(): string {
    return this.monitor.output();
  }

  async stop(): Promise<void> {
    await this.monitor.stop();
    await this.daemon.stop();
  }
}

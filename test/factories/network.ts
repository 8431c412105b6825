import { execFileSync, spawnSync } from 'node:child_process';
import net from 'node:net';

const OUTSIDE = '10.231.7.1';
const INSIDE = '10.231.7.2';

/** Why this machine has no network of its own to give, or null where it has. */
export function noNetwork(): string | null {
  if (process.getuid?.() !== 0) return 'no root';
  for (const [program, argument] of [
    ['ip', '-V'],
    ['iptables', '-V'],
  ] as const)
    if (spawnSync(program, [argument]).status !== 0) return `no ${program}`;
  return null;
}

/** A network namespace with one line to this machine, which can lose packets or be cut. */
export class Network {
  readonly inside = INSIDE;
  private readonly relays: net.Server[] = [];
  private constructor(private readonly name: string) {}

  static create(): Network {
    const network = new Network(`kindred-${process.pid}`);
    const { name } = network;
    ip('netns', 'add', name);
    ip('link', 'add', 'kin-out', 'type', 'veth', 'peer', 'name', 'kin-in', 'netns', name);
    ip('addr', 'add', `${OUTSIDE}/30`, 'dev', 'kin-out');
    ip('link', 'set', 'kin-out', 'up');
    for (const command of [`addr add ${INSIDE}/30 dev kin-in`, 'link set kin-in up', 'link set lo up'])
      ip('-n', name, ...command.split(' '));
    return network;
  }

  /** What runs a program inside. */
  get wrapper(): string[] {
    return ['ip', 'netns', 'exec', this.name];
  }

  /** The URL by which a server of this machine is reached from inside. */
  async reach(url: string): Promise<string> {
    const target = new URL(url);
    const address = { host: target.hostname, port: Number(target.port) };
    const relay = net.createServer((client) => {
      const server = net.connect(address);
      client.pipe(server).pipe(client);
      for (const [one, other] of [
        [client, server],
        [server, client],
      ] as const)
        one.on('error', () => other.destroy()).on('close', () => other.destroy());
    });
    await new Promise<void>((resolve) => relay.listen(0, OUTSIDE, resolve));
    this.relays.push(relay);
    const { port } = relay.address() as net.AddressInfo;
    target.host = `${OUTSIDE}:${port}`;
    return target.href;
  }

  /** Of packets to and from the relays, which callers' do not use; 0 for none, 1 for all. */
  lose(share: number): void {
    this.exec('iptables', '-F');
    if (share === 0) return;
    const { port } = this.relays[0]!.address() as net.AddressInfo;
    const random = share === 1 ? [] : ['-m', 'statistic', '--mode', 'random', '--probability', String(share)];
    this.exec('iptables', '-A', 'INPUT', '-p', 'tcp', '--sport', String(port), ...random, '-j', 'DROP');
    this.exec('iptables', '-A', 'OUTPUT', '-p', 'tcp', '--dport', String(port), ...random, '-j', 'DROP');
  }

  remove(): void {
    for (const relay of this.relays) relay.close();
    // While a process is still inside, the namespace would live on and keep its end of the line.
    ip('link', 'del', 'kin-out');
    ip('netns', 'del', this.name);
  }

  private exec(program: string, ...args: string[]): void {
    execFileSync('ip', ['netns', 'exec', this.name, program, ...args]);
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args);
}

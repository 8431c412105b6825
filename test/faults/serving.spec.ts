import http from 'node:http';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiProcess } from '../factories/api-process.js';
import { startApi, Tenant, type TestApi } from '../factories/api.js';
import { IS_FULL, note, percentile } from '../factories/faults-report.js';

const SCALE = IS_FULL
  ? { restarts: 20, slowClients: 5_000, idleConnections: 10_000, slowMs: 60_000 }
  : { restarts: 1, slowClients: 200, idleConnections: 500, slowMs: 4_000 };

let api: TestApi;
let processes: ApiProcess[] = [];
const sockets: net.Socket[] = [];

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(processes.map((each) => each.stop('SIGKILL')));
  processes = [];
});

/** Sends each call to one of the processes that say that they are ready, as a load balancer does. */
class Proxy {
  private ready: ApiProcess[] = [];
  private turn = 0;
  private readonly server: http.Server;
  private readonly agent = new http.Agent({ keepAlive: true });
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly backends: ApiProcess[]) {
    this.timer = setInterval(() => void this.probe(), 50);
    this.server = http.createServer((request, response) => this.pass(request, response));
  }

  async listen(): Promise<string> {
    await this.probe();
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as net.AddressInfo).port}`;
  }

  close(): void {
    clearInterval(this.timer);
    this.server.close();
    this.server.closeAllConnections();
    this.agent.destroy();
  }

  private async probe(): Promise<void> {
    const states = await Promise.all(
      this.backends.map((each) =>
        fetch(`${each.url}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      ),
    );
    this.ready = this.backends.filter((_, i) => states[i]);
  }

  private pass(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { url } = this.ready[this.turn++ % this.ready.length]!;
    const { hostname, port } = new URL(url);
    const { method, headers, url: path } = request;
    const onward = http.request({ hostname, port, path, method, headers, agent: this.agent }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  }
}

describe('a process that is asked to end', () => {
  it('is drained first, and says so at /readyz: rolling restarts behind a proxy that follows it drop no call', async () => {
    const tenant = await Tenant.signUp(api);
    const live = await tenant.deploy();
    const start = () => ApiProcess.start({ KINDRED_DRAIN_SECONDS: '2' });
    processes = await Promise.all([start(), start()]);
    const proxy = new Proxy(processes);
    const url = await proxy.listen();
    const failures: string[] = [];
    let [calls, isOver] = [0, false];
    const client = async () => {
      while (!isOver) {
        const answer = await fetch(`${url}/v1/deployments/${live.deploymentId}/recommendations`, {
          method: 'POST',
          headers: { cookie: tenant.cookie, 'content-type': 'application/json' },
          body: JSON.stringify({ userId: 'user-1' }),
        }).catch((error: Error) => error);
        if (answer instanceof Error) failures.push(answer.message);
        else {
          const text = await answer.text();
          if (answer.status !== 200) failures.push(`${answer.status} ${text.slice(0, 200)}`);
        }
        calls++;
        // Slower than the rate limit of a session.
        await sleep(60);
      }
    };
    const clients = Array.from({ length: 4 }, client);
    for (let i = 0; i < SCALE.restarts; i++) {
      const each = processes[i % 2]!;
      await each.stop('SIGTERM');
      await each.start();
      await sleep(300);
    }
    isOver = true;
    await Promise.all(clients);
    proxy.close();
    note(
      `calls dropped in ${SCALE.restarts} rolling restarts`,
      `${failures.length} of ${calls}`,
      '0',
      failures.length === 0,
    );
    expect(failures).toEqual([]);
    expect(calls).toBeGreaterThan(50);

    // It says so at /readyz while it still answers, and closes the connections on which it does.
    const [last] = processes;
    const ended = last!.stop('SIGTERM');
    await sleep(300);
    const ready = await fetch(`${last!.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'unavailable' }]);
    const answer = await fetch(`${last!.url}/v1/me`);
    expect([answer.status, answer.headers.get('connection')]).toEqual([401, 'close']);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    await ended;
  }, 300_000);
});

async function connect(url: string): Promise<net.Socket> {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  sockets.push(socket);
  socket.on('error', () => {});
  await new Promise<void>((resolve) => {
    socket.once('connect', () => resolve());
    socket.once('close', () => resolve());
  });
  return socket;
}

/** Connects some hundreds at a time. */
async function connectMany(url: string, count: number, use: (socket: net.Socket, i: number) => void): Promise<void> {
  for (let start = 0; start < count; start += 250) {
    const batch = Array.from({ length: Math.min(250, count - start) }, async (_, i) =>
      use(await connect(url), start + i),
    );
    await Promise.all(batch);
  }
}

async function probe(url: string, forMs: number): Promise<{ latenciesMs: number[]; failed: number }> {
  const latenciesMs: number[] = [];
  let failed = 0;
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs) {
    const startMs = performance.now();
    const isOk = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(5_000) }).then(
      async (answer) => (await answer.text()) !== '' && answer.ok,
      () => false,
    );
    if (isOk) latenciesMs.push(performance.now() - startMs);
    else failed++;
    await sleep(10);
  }
  return { latenciesMs, failed };
}

describe('connections', () => {
  let process: ApiProcess;
  beforeAll(async () => {
    process = await ApiProcess.start({ KINDRED_CONNECTIONS_MAX: String(SCALE.idleConnections + 100) });
  });
  afterAll(() => process.stop('SIGKILL'));

  it('that send their request a byte at a time keep nobody else from being answered, and are closed', async () => {
    let closed = 0;
    await connectMany(process.url, SCALE.slowClients, (socket, i) => {
      socket.once('close', () => closed++);
      // Half of them never end their headers, half never their body.
      const head = `POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n`;
      socket.write(i % 2 ? head : `${head}content-length: 1000\r\n\r\n{`);
    });
    const drip = setInterval(() => sockets.forEach((socket) => socket.writable && socket.write(' ')), 2_000);
    const { latenciesMs, failed } = await probe(process.url, SCALE.slowMs);
    clearInterval(drip);
    const share = latenciesMs.length / (latenciesMs.length + failed);
    note(`share answered next to ${SCALE.slowClients} slow clients`, share.toFixed(4), '≥ 0.999', share >= 0.999);
    expect(share).toBeGreaterThanOrEqual(0.999);
    if (IS_FULL) {
      note(
        'slow clients closed within a minute',
        `${closed} of ${SCALE.slowClients}`,
        'all',
        closed === SCALE.slowClients,
      );
      expect(closed).toBe(SCALE.slowClients);
    }
  }, 300_000);

  it('that are idle cost nobody else their answer, and there are no more of them than may be', async () => {
    await connectMany(process.url, SCALE.idleConnections, () => {});
    const { latenciesMs, failed } = await probe(process.url, IS_FULL ? 10_000 : 2_000);
    const p99 = percentile(latenciesMs, 0.99);
    note(`p99 of /livez next to ${SCALE.idleConnections} idle connections, ms`, Math.round(p99), '≤ 250', p99 <= 250);
    expect(failed).toBe(0);
    if (IS_FULL) expect(p99).toBeLessThanOrEqual(250);
    let refused = 0;
    await connectMany(process.url, 300, (socket) => {
      if (socket.destroyed || socket.readyState === 'closed') refused++;
      socket.once('close', () => refused++);
    });
    await sleep(500);
    expect(refused).toBeGreaterThan(100);
  }, 300_000);
});

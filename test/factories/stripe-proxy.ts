import http from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';

/** What becomes of a call: `lose` lets Stripe do it and loses the answer, `drop` loses the call itself; a number is answered without doing it. */
export type Fate = 'pass' | 'lose' | 'drop' | 'hang' | number;

export interface StripeCall {
  method: string;
  path: string;
  /** Form of a POST, as it was sent. */
  body: string;
}

/** What stands between us and Stripe, and does to calls what networks and Stripe itself do. */
export class StripeProxy {
  readonly calls: StripeCall[] = [];
  /** Of each call, before it is made. */
  fate: (call: StripeCall) => Fate = () => 'pass';
  /** Between Stripe's answer and ours. */
  hold: (call: StripeCall) => Promise<void> = async () => {};
  /** The most that were under way at once, by what `lane` says of a call. */
  readonly most = new Map<string, number>();
  lane: (call: StripeCall) => string | undefined = () => undefined;
  private readonly underWay = new Map<string, number>();
  /** As Stripe does, it answers a key again as it did, be it with an error. */
  private readonly errors = new Map<string, number>();
  private era = 0;

  private constructor(
    private readonly target: number,
    private readonly server: http.Server,
  ) {}

  static async start(target: number): Promise<StripeProxy> {
    const server = http.createServer();
    const proxy = new StripeProxy(target, server);
    server.on('request', (request, response) => void proxy.handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  client(): Stripe {
    const { hostname, port } = new URL(this.url);
    return new Stripe('sk_test_none', { host: hostname, port, protocol: 'http' });
  }

  /** As a day later: what a key was answered with is forgotten. */
  forgetKeys(): void {
    this.era++;
    this.errors.clear();
  }

  pass(): void {
    this.fate = () => 'pass';
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const call = { method: request.method!, path: request.url!, body };
    this.calls.push(call);
    const lane = this.lane(call);
    if (lane) {
      const now = (this.underWay.get(lane) ?? 0) + 1;
      this.underWay.set(lane, now);
      this.most.set(lane, Math.max(now, this.most.get(lane) ?? 0));
    }
    await this.answer(call, request, response).catch(() => response.destroy());
    if (lane) this.underWay.set(lane, this.underWay.get(lane)! - 1);
  }

  private async answer(call: StripeCall, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const key = request.headers['idempotency-key'] as string | undefined;
    const fate = (key && this.errors.get(key)) || this.fate(call);
    if (fate === 'hang') return;
    if (fate === 'drop') return void response.destroy();
    if (typeof fate === 'number') {
      if (key && fate !== 429) this.errors.set(key, fate);
      response.writeHead(fate, { 'content-type': 'application/json' });
      const type = fate < 429 ? 'invalid_request_error' : 'api_error';
      response.end(JSON.stringify({ error: { type, message: 'Not now.' } }));
      return;
    }
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers as Record<string, string>;
    const answered = await fetch(`http://127.0.0.1:${this.target}${call.path}`, {
      method: call.method,
      headers: { ...headers, ...(key && { 'idempotency-key': `${key}-${this.era}` }) },
      ...(call.method === 'POST' && { body: call.body }),
    });
    const text = await answered.text();
    await this.hold(call);
    if (fate === 'lose') return void response.destroy();
    response.writeHead(answered.status, { 'content-type': 'application/json' });
    response.end(text);
  }
}

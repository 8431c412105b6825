import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** A customer's server that takes webhooks; what it answers can be set. */
export class Receiver {
  readonly received: Received[] = [];
  /** Status and headers of the next answers; may take its time. */
  answer: (request: Received) => Promise<{ status: number; location?: string }> = async () => ({ status: 200 });
  open = 0;
  openMost = 0;

  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<Receiver> {
    const server = http.createServer();
    const receiver = new Receiver(server);
    server.on('request', (request, response) => void receiver.take(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  /** The messages of that type, verified as a customer would, with the SDK. */
  verified(secret: string, type?: string): { id: string; type: string; timestamp: string; data: any }[] {
    const webhook = new Webhook(secret);
    return this.received
      .map(({ body, headers }) => ({ id: headers['webhook-id']!, ...(webhook.verify(body, headers) as any) }))
      .filter((message) => !type || message.type === type);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    this.openMost = Math.max(this.openMost, ++this.open);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const received = {
      path: request.url!,
      headers: request.headers as Record<string, string>,
      body: Buffer.concat(chunks).toString(),
    };
    this.received.push(received);
    const { status, location } = await this.answer(received);
    this.open--;
    response.writeHead(status, location ? { location } : {}).end();
  }
}

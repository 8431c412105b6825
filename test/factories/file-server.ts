import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves what a test has it serve, over http on this machine, and remembers what it was asked. */
export class FileServer {
  readonly asked: { method: string; url: string; headers: IncomingMessage['headers'] }[] = [];
  /** What every call is answered. */
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end();

  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<FileServer> {
    const server = http.createServer();
    const files = new FileServer(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { method = '', url = '', headers } = request;
      files.asked.push({ method, url, headers });
      request.resume();
      files.answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return files;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A file by its ETag, which is not sent again to who has it. */
  serve(content: string, etag: string): void {
    this.answer = ({ headers }, response) => {
      if (headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, { etag, 'content-length': Buffer.byteLength(content) }).end(content);
    };
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

import http from 'node:http';
import { type Config } from '../../libs/platform/config/config.js';
import { metrics } from '../../libs/platform/telemetry/metrics.js';

/** Serves /metrics on a port of its own, where one is set, so that it need not be kept from the public by path. */
export async function serveMetrics({ KINDRED_METRICS_PORT: port, HOST }: Config): Promise<void> {
  if (!port) return;
  const server = http.createServer((request, response) => {
    if (request.url !== '/metrics') return response.writeHead(404).end();
    void metrics.metrics().then((text) => response.setHeader('content-type', metrics.contentType).end(text));
  });
  server.unref();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, HOST, resolve));
}

import http from 'node:http';
import https from 'node:https';
import type { CustomFetchOptions } from 'openid-client';
import { useAgent } from 'request-filtering-agent';

/** Keys and discovery documents are some kilobytes. */
const BODY_BYTES_MAX = 512 * 1024;

/**
 * As `fetch`, and follows no redirect. Where the host's addresses are not public it connects to none of them, as resolved for this very
 * connection, unless that is allowed.
 *
 * @throws Error where there is no complete answer until the signal ends it, or the answer is too long
 */
export function guardedFetch(
  address: string,
  { method, headers, body }: Pick<CustomFetchOptions, 'method' | 'headers' | 'body'>,
  signal: AbortSignal,
  toPrivateAddresses: boolean,
): Promise<Response> {
  const url = new URL(address);
  const { request } = url.protocol === 'https:' ? https : http;
  const agent = useAgent(url.href, {
    allowPrivateIPAddress: toPrivateAddresses,
    allowMetaIPAddress: toPrivateAddresses,
  });
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent, signal }, (incoming) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > BODY_BYTES_MAX) incoming.destroy(new Error('the answer is too long'));
        else chunks.push(chunk);
      });
      incoming.on('end', () => {
        const { statusCode: status = 500 } = incoming;
        const contentType = incoming.headers['content-type'];
        const isEmpty = [204, 205, 304].includes(status);
        const answer = isEmpty ? null : Buffer.concat(chunks);
        resolve(new Response(answer, { status, headers: contentType ? { 'content-type': contentType } : {} }));
      });
      incoming.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body ? body.toString() : undefined);
  });
}

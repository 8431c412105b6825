import type { CustomFetchOptions } from 'openid-client';
import { guardedRequest } from '../http/guarded-request.js';

/** Keys and discovery documents are some kilobytes. */
const BODY_BYTES_MAX = 512 * 1024;

/**
 * As `fetch`, and follows no redirect. Where the host's addresses are not public it connects to none of them, as resolved for this very
 * connection, unless that is allowed.
 *
 * @throws Error where there is no complete answer until the signal ends it, or the answer is too long
 */
export async function guardedFetch(
  address: string,
  { method, headers, body }: Pick<CustomFetchOptions, 'method' | 'headers' | 'body'>,
  signal: AbortSignal,
  toPrivateAddresses: boolean,
): Promise<Response> {
  const incoming = await guardedRequest(address, { method, headers, signal }, toPrivateAddresses, body?.toString());
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  const { statusCode: status = 500 } = incoming;
  const contentType = incoming.headers['content-type'];
  const isEmpty = [204, 205, 304].includes(status);
  const answer = isEmpty ? null : Buffer.concat(chunks);
  return new Response(answer, { status, headers: contentType ? { 'content-type': contentType } : {} });
}

import { guardedRequest, isRefusedAddress } from '../../platform/http/guarded-request.js';

const TIMEOUT_MS = 10_000;
/** The answer's body matters to nobody; a receiver may send this much before the line is cut. */
const BODY_BYTES_MAX = 64 * 1024;

/**
 * Posts once and follows no redirect. Where the host's addresses are private, loopback, link-local or otherwise not public,
 * it connects to none of them: they are checked as resolved for this very connection.
 *
 * @returns the status of a complete answer
 * @throws Error whose message tells the customer what went wrong; no address that a name resolved to is in it
 */
export async function post(
  address: string,
  headers: Record<string, string>,
  body: string,
  toPrivateAddresses: boolean,
): Promise<number> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await send(new URL(address), headers, body, toPrivateAddresses, signal);
  } catch (error) {
    throw new Error(explain((signal.aborted ? signal.reason : error) as NodeJS.ErrnoException), { cause: error });
  }
}

async function send(
  url: URL,
  headers: Record<string, string>,
  body: string,
  toPrivateAddresses: boolean,
  signal: AbortSignal,
): Promise<number> {
  const options = { method: 'POST', headers, signal };
  const response = await guardedRequest(url.href, options, toPrivateAddresses, body);
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const finish = () => {
      resolve(response.statusCode!);
      response.destroy();
    };
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > BODY_BYTES_MAX) finish();
    });
    response.on('end', finish);
    response.on('error', reject);
  });
}

function explain(error: NodeJS.ErrnoException): string {
  const { name, code } = error;
  if (name === 'AbortError' || name === 'TimeoutError') {
    return `There was no complete answer within ${TIMEOUT_MS / 1000} seconds.`;
  }
  if (isRefusedAddress(error)) {
    return 'The host is not at a public address; webhooks go to public addresses only.';
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'The host name could not be resolved.';
  if (code === 'ECONNREFUSED') return 'The host refused the connection.';
  return `The connection failed (${code ?? 'no answer'}).`;
}

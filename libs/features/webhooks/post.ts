import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP } from 'node:net';
import { useAgent } from 'request-filtering-agent';

const TIMEOUT_MS = 10_000;
/** The answer's body matters to nobody; a receiver may send this much before the line is cut. */
const BODY_BYTES_MAX = 64 * 1024;

/** What IANA gives to private networks, to single machines and links, and to no receiver. */
// Apart, as a list holds every address of IPv4 for one of IPv6 too.
const NOT_PUBLIC = { 4: new BlockList(), 6: new BlockList() };
for (const range of [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
  // All of IPv6 but the eighth that is for everyone, and of that what stands for addresses of IPv4.
  '::/3',
  '2002::/16',
  '4000::/2',
  '8000::/1',
]) {
  const [network, bits] = range.split('/') as [string, string];
  if (network.includes(':')) NOT_PUBLIC[6].addSubnet(network, Number(bits), 'ipv6');
  else NOT_PUBLIC[4].addSubnet(network, Number(bits));
}

/** Whether webhooks may go there, as far as the address itself tells: a name is resolved for each delivery, and refused then. */
export function mayBePublic(address: string): boolean {
  const host = new URL(address).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const version = isIP(host);
  if (version === 6) return !NOT_PUBLIC[6].check(host, 'ipv6');
  return version === 4 ? !NOT_PUBLIC[4].check(host) : !/^(.*\.)?localhost$/.test(host);
}

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
  try {
    return await send(new URL(address), headers, body, toPrivateAddresses);
  } catch (error) {
    throw new Error(explain(error as NodeJS.ErrnoException), { cause: error });
  }
}

function send(url: URL, headers: Record<string, string>, body: string, toPrivateAddresses: boolean): Promise<number> {
  const { request } = url.protocol === 'https:' ? https : http;
  const agent = useAgent(url.href, {
    allowPrivateIPAddress: toPrivateAddresses,
    allowMetaIPAddress: toPrivateAddresses,
  });
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', headers, agent, signal }, (response) => {
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
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function explain({ name, code, message }: NodeJS.ErrnoException): string {
  if (name === 'AbortError' || name === 'TimeoutError') {
    return `There was no complete answer within ${TIMEOUT_MS / 1000} seconds.`;
  }
  if (/is not allowed\. Because/.test(message)) {
    return 'The host is not at a public address; webhooks go to public addresses only.';
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'The host name could not be resolved.';
  if (code === 'ECONNREFUSED') return 'The host refused the connection.';
  return `The connection failed (${code ?? 'no answer'}).`;
}

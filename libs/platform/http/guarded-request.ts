import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { BlockList, isIP } from 'node:net';
import { useAgent } from 'request-filtering-agent';

/** What IANA gives to private networks, to single machines and links, and to nobody whom we would call. */
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

/** Whether we may call there for a customer, as far as the address itself tells: a name is resolved for each call, and refused then. */
export function mayBePublic(address: string): boolean {
  const host = new URL(address).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const version = isIP(host);
  if (version === 6) return !NOT_PUBLIC[6].check(host, 'ipv6');
  return version === 4 ? !NOT_PUBLIC[4].check(host) : !/^(.*\.)?localhost$/.test(host);
}

/** Connects to none of a host's addresses where one is private, loopback, link-local or otherwise not public, as resolved for this very connection. */
export function guardedAgent(address: string, toPrivateAddresses: boolean) {
  return useAgent(address, {
    allowPrivateIPAddress: toPrivateAddresses,
    allowMetaIPAddress: toPrivateAddresses,
  });
}

/** Whether the error says that the guard refused the address. */
export function isRefusedAddress({ message }: Error): boolean {
  return /is not allowed\. Because/.test(message);
}

/** Why what stays silent is ended. */
export function timedOut(): Error {
  const error = new Error('no byte came');
  error.name = 'TimeoutError';
  return error;
}

/**
 * Calls once, at a public address alone unless others are allowed, and follows no redirect.
 *
 * @param silentMs until the head of the answer is there, however it comes; else it ends with a TimeoutError
 * @returns the answer, whose body is the caller's to read or to destroy
 */
export function guardedRequest(
  address: string,
  options: Pick<RequestOptions, 'method' | 'headers' | 'signal'>,
  toPrivateAddresses: boolean,
  body?: string,
  silentMs?: number,
): Promise<IncomingMessage> {
  const url = new URL(address);
  const { request } = url.protocol === 'https:' ? https : http;
  const agent = guardedAgent(url.href, toPrivateAddresses);
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ...options, agent }, resolve);
    outgoing.on('error', reject);
    if (silentMs !== undefined) {
      const timer = setTimeout(() => outgoing.destroy(timedOut()), silentMs);
      outgoing.once('close', () => clearTimeout(timer)).once('response', () => clearTimeout(timer));
    }
    outgoing.end(body);
  });
}

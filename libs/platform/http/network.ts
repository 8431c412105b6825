import { isIPv4, isIPv6 } from 'node:net';

/** The network of an address, /24 of IPv4 and /48 of IPv6: enough to see where a call came from, too little to know who it was. */
export function networkOf(address: string): string | null {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (isIPv4(plain)) return `${plain.split('.').slice(0, 3).join('.')}.0/24`;
  if (!isIPv6(plain)) return null;
  return `${groupsOf(plain)
    .slice(0, 3)
    .join(':')
    .replace(/(:0)+$/, '')}::/48`;
}

/** What limits are counted by: an IPv4 address; of IPv6 the /64, as whoever has one address there has all of it. */
export function subscriberOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  return groupsOf(address).slice(0, 4).join(':');
}

/** The eight groups of an IPv6 address, each in its shortest form. */
function groupsOf(address: string): string[] {
  const [start, end] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Math.max(0, 8 - start!.length - (end?.length ?? 0));
  const groups = [...start!, ...Array.from<string>({ length: zeros }).fill('0'), ...(end ?? [])];
  return groups.map((group) => Number.parseInt(group, 16).toString(16));
}

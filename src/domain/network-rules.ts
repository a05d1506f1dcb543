// Which addresses a host that somebody entered may lead to: the public internet, and what the operator allows besides.
// Invariant: judged are resolved addresses, never names or spellings; what is not known to be public is refused.

import { isIPv4, isIPv6 } from 'node:net';

type Range = readonly [cidr: string, reason: string];

/** IANA's special-purpose registry for IPv4 (RFC 6890), and one metadata service that stands on a public address. */
const closedRanges4: readonly Range[] = [
  ['0.0.0.0/8', 'an address of no machine (0.0.0.0/8)'],
  ['10.0.0.0/8', 'a private address (10.0.0.0/8)'],
  ['100.64.0.0/10', 'an address shared behind a provider’s network (100.64.0.0/10)'],
  ['127.0.0.0/8', 'a loopback address, this machine itself (127.0.0.0/8)'],
  ['169.254.169.254/32', 'the metadata service of a cloud (169.254.169.254)'],
  ['169.254.0.0/16', 'a link-local address (169.254.0.0/16)'],
  ['168.63.129.16/32', 'a service of the cloud’s own machines (168.63.129.16)'],
  ['172.16.0.0/12', 'a private address (172.16.0.0/12)'],
  ['192.0.0.0/24', 'a reserved address (192.0.0.0/24)'],
  ['192.0.2.0/24', 'an address for examples only (192.0.2.0/24)'],
  ['192.88.99.0/24', 'a reserved address (192.88.99.0/24)'],
  ['192.168.0.0/16', 'a private address (192.168.0.0/16)'],
  ['198.18.0.0/15', 'an address for laboratories (198.18.0.0/15)'],
  ['198.51.100.0/24', 'an address for examples only (198.51.100.0/24)'],
  ['203.0.113.0/24', 'an address for examples only (203.0.113.0/24)'],
  ['224.0.0.0/4', 'a multicast address (224.0.0.0/4)'],
  ['255.255.255.255/32', 'the broadcast address'],
  ['240.0.0.0/4', 'a reserved address (240.0.0.0/4)'],
];

/** Outside of 2000::/3 nothing is public; these say more about it, and what is not public within. */
const closedRanges6: readonly Range[] = [
  ['::/128', 'an address of no machine (::)'],
  ['::1/128', 'a loopback address, this machine itself (::1)'],
  ['::/96', 'an outdated form of an IPv4 address (::/96)'],
  ['::ffff:0:0:0/96', 'a translated IPv4 address (::ffff:0:0:0/96)'],
  ['64:ff9b:1::/48', 'a translated address of a local network (64:ff9b:1::/48)'],
  ['100::/64', 'an address that discards everything (100::/64)'],
  ['2001::/32', 'a Teredo tunnel, which can lead to any IPv4 address (2001::/32)'],
  ['2001::/23', 'a reserved address (2001::/23)'],
  ['2001:db8::/32', 'an address for examples only (2001:db8::/32)'],
  ['3fff::/20', 'an address for examples only (3fff::/20)'],
  ['fc00::/7', 'a private address (fc00::/7)'],
  ['fe80::/10', 'a link-local address (fe80::/10)'],
  ['fec0::/10', 'a private address (fec0::/10)'],
  ['ff00::/8', 'a multicast address (ff00::/8)'],
];

/** IPv6 addresses that carry an IPv4 address, and at which byte: it is the one that counts. */
const carriers: readonly { cidr: string; at: number; what: string }[] = [
  { cidr: '::ffff:0:0/96', at: 12, what: 'an IPv4 address in IPv6 form' },
  { cidr: '64:ff9b::/96', at: 12, what: 'a translated IPv4 address (NAT64)' },
  { cidr: '2002::/16', at: 2, what: 'a 6to4 address' },
];

/**
 * Why `address`, an IP address in any spelling, may not be reached, as a few words; null when it may. `allow` is a list of
 * addresses and networks (CIDR) that may be reached whatever they are.
 */
export function refusedReason(address: string, allow: readonly string[]): string | null {
  const bytes = addressBytes(address);
  if (bytes === null) return 'not an IP address';
  if (allow.some((network) => contains(network, bytes))) return null;
  if (bytes.length === 4) return reasonIn(closedRanges4, bytes);
  const carrier = carriers.find(({ cidr }) => contains(cidr, bytes));
  if (carrier === undefined) {
    const known = reasonIn(closedRanges6, bytes);
    return known ?? (contains('2000::/3', bytes) ? null : 'a reserved address');
  }
  const inner = [...bytes.slice(carrier.at, carrier.at + 4)].join('.');
  const reason = refusedReason(inner, allow);
  return reason === null ? null : `${carrier.what} for ${inner}: ${reason}`;
}

function reasonIn(ranges: readonly Range[], bytes: Uint8Array): string | null {
  return ranges.find(([cidr]) => contains(cidr, bytes))?.[1] ?? null;
}

/** Is the address in the network? An address without a prefix is a network of one. Families never match each other. */
function contains(network: string, bytes: Uint8Array): boolean {
  const [, text = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(network) ?? [];
  const first = addressBytes(text);
  if (first === null || first.length !== bytes.length) return false;
  const bits = prefix === undefined ? bytes.length * 8 : Number(prefix);
  if (bits > bytes.length * 8) return false;
  const whole = bits >> 3;
  for (let at = 0; at < whole; at++) if (first[at] !== bytes[at]) return false;
  const rest = 8 - (bits & 7);
  return rest === 8 || (first[whole] ?? 0) >> rest === (bytes[whole] ?? 0) >> rest;
}

/** Four or sixteen bytes; null for anything that is no address. The zone of a link-local address (`%eth0`) is left out. */
function addressBytes(text: string): Uint8Array | null {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
  const [address = ''] = text.split('%');
  if (!isIPv6(address)) return null;
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const hex = (high: number, low: number) => ((Number(dotted?.[high]) << 8) | Number(dotted?.[low])).toString(16);
  const plain = dotted === null ? address : `${address.slice(0, dotted.index)}${hex(1, 2)}:${hex(3, 4)}`;
  const [head = '', tail] = plain.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0');
  const groups = [...front, ...zeros, ...back].map((group) => Number.parseInt(group, 16));
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

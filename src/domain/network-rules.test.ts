// Which addresses are refused and which are not, at both ends of each range and in every form that carries another one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusedReason } from './network-rules.ts';

/** An address, and a word of its reason; null when it may be reached. */
const judged: [address: string, reason: string | null][] = [
  ['1.1.1.1', null],
  ['9.255.255.255', null],
  ['10.0.0.0', 'private'],
  ['10.255.255.255', 'private'],
  ['11.0.0.0', null],
  ['0.0.0.0', 'no machine'],
  ['0.255.255.255', 'no machine'],
  ['100.63.255.255', null],
  ['100.64.0.0', 'provider'],
  ['100.100.100.200', 'provider'],
  ['100.127.255.255', 'provider'],
  ['100.128.0.0', null],
  ['126.255.255.255', null],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['128.0.0.0', null],
  ['168.63.129.16', 'cloud'],
  ['168.63.129.17', null],
  ['169.253.255.255', null],
  ['169.254.0.1', 'link-local'],
  ['169.254.169.254', 'metadata'],
  ['169.255.0.0', null],
  ['172.15.255.255', null],
  ['172.16.0.0', 'private'],
  ['172.31.255.255', 'private'],
  ['172.32.0.0', null],
  ['192.0.0.8', 'reserved'],
  ['192.0.1.0', null],
  ['192.0.2.1', 'examples'],
  ['192.88.99.1', 'reserved'],
  ['192.167.255.255', null],
  ['192.168.0.0', 'private'],
  ['192.168.255.255', 'private'],
  ['192.169.0.0', null],
  ['198.17.255.255', null],
  ['198.18.0.0', 'laboratories'],
  ['198.19.255.255', 'laboratories'],
  ['198.20.0.0', null],
  ['198.51.100.7', 'examples'],
  ['203.0.113.7', 'examples'],
  ['223.255.255.255', null],
  ['224.0.0.1', 'multicast'],
  ['239.255.255.255', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'no machine'],
  ['0:0:0:0:0:0:0:0', 'no machine'],
  ['::1', 'loopback'],
  ['0000:0000:0000:0000:0000:0000:0000:0001', 'loopback'],
  ['::127.0.0.1', 'outdated'],
  ['::7f00:1', 'outdated'],
  ['::8.8.8.8', 'outdated'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::FFFF:7F00:1', 'loopback'],
  ['0:0:0:0:0:ffff:169.254.169.254', 'metadata'],
  ['::ffff:8.8.8.8', null],
  ['::ffff:0:127.0.0.1', 'translated'],
  ['64:ff9b::10.1.2.3', 'private'],
  ['64:ff9b::a01:203', 'private'],
  ['64:ff9b::8.8.8.8', null],
  ['64:ff9b:1::8.8.8.8', 'local network'],
  ['100::1', 'discards'],
  ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'Teredo'],
  ['2001:2::1', 'reserved'],
  ['2001:20::1', 'reserved'],
  ['2001:200::1', null],
  ['2001:db7:ffff::1', null],
  ['2001:db8::1', 'examples'],
  ['2001:4860:4860::8888', null],
  ['2002:7f00:1::', 'loopback'],
  ['2002:c0a8:101::1', 'private'],
  ['2002:808:808::1', null],
  ['2606:4700:4700::1111', null],
  ['3fff:fff::1', 'examples'],
  ['4000::1', 'reserved'],
  ['5f00::1', 'reserved'],
  ['fbff::1', 'reserved'],
  ['fc00::1', 'private'],
  ['fd00:ec2::254', 'private'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['febf::1', 'link-local'],
  ['fec0::1', 'private'],
  ['ff02::1', 'multicast'],
];

for (const [address, reason] of judged)
  test(`${address} ${reason === null ? 'may be reached' : `is refused: ${reason}`}`, () => {
    const found = refusedReason(address, []);
    if (reason === null) assert.equal(found, null);
    else assert.match(found ?? 'may be reached', new RegExp(reason));
  });

test('spellings that only a resolver understands are no addresses: they are judged after resolving', () => {
  for (const text of ['0x7f.1', '2130706433', '0177.0.0.1', '127.1', '', 'localhost', '[::1]', '1.2.3.4.5', ':::1'])
    assert.equal(refusedReason(text, []), 'not an IP address');
});

/** An address, the list of the operator, and whether it may be reached. */
const allowed: [address: string, allow: string[], may: boolean][] = [
  ['10.1.2.3', ['10.1.0.0/16'], true],
  ['10.2.2.3', ['10.1.0.0/16'], false],
  ['10.1.2.3', ['10.1.2.3'], true],
  ['10.1.2.4', ['10.1.2.3'], false],
  ['10.1.2.5', ['10.1.2.4/30'], true],
  ['10.1.2.8', ['10.1.2.4/30'], false],
  ['127.0.0.1', ['0.0.0.0/0'], true],
  ['::1', ['0.0.0.0/0'], false],
  ['::1', ['::1/128'], true],
  ['fd12::9', ['192.0.2.0/24', 'fd00::/8'], true],
  ['::ffff:127.0.0.1', ['127.0.0.0/8'], true],
  ['64:ff9b::10.1.2.3', ['10.0.0.0/8'], true],
  ['64:ff9b::10.1.2.3', ['64:ff9b::/96'], true],
  ['2002:c0a8:101::1', ['192.168.0.0/16'], true],
  ['::127.0.0.1', ['127.0.0.0/8'], false],
  ['127.0.0.1', ['::/0'], false],
  ['127.0.0.1', ['nonsense', '127.0.0.1/33', '127.0.0.1/x', '127.0.0.1/', '127.0.0.1/0/8', ''], false],
];

for (const [address, allow, may] of allowed)
  test(`${address} ${may ? 'may' : 'may not'} be reached when ${allow.join(', ')} is allowed`, () => {
    assert.equal(refusedReason(address, allow) === null, may);
  });

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PacketReader } from '../domain/sftp-packets.ts';
import { packetTypes, WireWriter } from '../domain/sftp-wire.ts';
import { longName } from './attributes.ts';
import { decodeRequest, type Request } from './requests.ts';

function decode(writer: WireWriter): Request {
  const reader = new PacketReader();
  reader.push(writer.finish());
  const packet = reader.next();
  assert.ok(packet !== undefined && packet.kind !== 'bad-length');
  return decodeRequest(packet);
}

const from = (type: number): WireWriter => new WireWriter(type).uint32(5);
const flags = { read: false, write: false, append: false, create: false, truncate: false, exclusive: false };
const at = new Date(1_600_000_000_000);

const cases: [what: string, packet: WireWriter, request: Request][] = [
  ['INIT', new WireWriter(packetTypes.init).uint32(6), { kind: 'init', version: 6 }],
  [
    'OPEN with attributes',
    from(packetTypes.open)
      .string('a')
      .uint32(26)
      .uint32(5)
      .uint64(2 ** 40)
      .uint32(0o100640),
    {
      kind: 'open',
      id: 5,
      path: 'a',
      flags: { ...flags, write: true, create: true, truncate: true },
      attributes: { size: 2 ** 40, mode: 0o640 },
    },
  ],
  [
    'OPEN without attributes',
    from(packetTypes.open).string('a').uint32(1),
    { kind: 'open', id: 5, path: 'a', flags: { ...flags, read: true }, attributes: {} },
  ],
  [
    'OPEN for append only, which writes',
    from(packetTypes.open).string('a').uint32(4).uint32(0),
    { kind: 'open', id: 5, path: 'a', flags: { ...flags, write: true, append: true }, attributes: {} },
  ],
  [
    'OPEN with no flag, which reads',
    from(packetTypes.open).string('a').uint32(0).uint32(0),
    { kind: 'open', id: 5, path: 'a', flags: { ...flags, read: true }, attributes: {} },
  ],
  [
    'SETSTAT with owners, times and an extended pair',
    from(packetTypes.setstat)
      .string('a')
      .uint32(0x8000_000a)
      .uint32(1000)
      .uint32(1000)
      .uint32(1_600_000_000)
      .uint32(1_600_000_000)
      .uint32(1)
      .string('acl')
      .string('x'),
    { kind: 'setstat', id: 5, path: 'a', attributes: { accessedAt: at, modifiedAt: at } },
  ],
  [
    'READ',
    from(packetTypes.read)
      .string('h')
      .uint64(2 ** 33)
      .uint32(32768),
    { kind: 'read', id: 5, handle: 'h', position: 2 ** 33, length: 32768 },
  ],
  ['LSTAT, which is STAT here', from(packetTypes.lstat).string('ü'), { kind: 'stat', id: 5, path: 'ü' }],
  [
    'posix-rename',
    from(packetTypes.extended).string('posix-rename@openssh.com').string('a').string('b'),
    { kind: 'rename', id: 5, from: 'a', to: 'b', replace: true },
  ],
  [
    'lsetstat',
    from(packetTypes.extended).string('lsetstat@openssh.com').string('a').uint32(4).uint32(0o755),
    { kind: 'setstat', id: 5, path: 'a', attributes: { mode: 0o755 } },
  ],
  [
    'a cut-off request',
    from(packetTypes.rename).string('a'),
    { kind: 'malformed', id: 5, reason: 'the packet ends before its fields do' },
  ],
  [
    'a request without an id',
    new WireWriter(packetTypes.stat).byte(1),
    { kind: 'malformed', id: undefined, reason: 'the packet ends before its fields do' },
  ],
];

for (const [what, packet, request] of cases) {
  test(`${what} is read`, () => assert.deepEqual(decode(packet), request));
}

const now = new Date('2026-11-21T12:00:00Z');
const lines: [modifiedAt: string, line: string][] = [
  ['2026-11-01T09:05:00Z', '-rw-r--r--    1 owner    group              42 Nov  1 09:05 a.csv'],
  ['2025-11-01T09:05:00Z', '-rw-r--r--    1 owner    group              42 Nov  1  2025 a.csv'],
];
for (const [modifiedAt, line] of lines) {
  test(`a file of ${modifiedAt} is listed as ls -l would`, () => {
    const entry = { path: '/a.csv', kind: 'file', size: 42, mode: 0o644, modifiedAt: new Date(modifiedAt) } as const;
    assert.equal(longName('a.csv', entry, now), line);
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeRequest } from '../sftp/requests.ts';
import { type Packet, PacketReader } from './sftp-packets.ts';
import { maxPacketLength, packetTypes, WireWriter } from './sftp-wire.ts';

/** Whole packets as a client sends them: type, and fields of any length. */
const packets = fc.array(
  fc.oneof(
    fc.record({
      type: fc.constantFrom(...Object.values(packetTypes)).filter((type) => type !== packetTypes.write),
      body: fc.uint8Array({ maxLength: 600 }),
    }),
    fc.record({
      handle: fc.uint8Array({ maxLength: 300 }),
      data: fc.uint8Array({ maxLength: 3000 }),
      trailing: fc.uint8Array({ maxLength: 40 }),
    }),
  ),
  { maxLength: 8 },
);

type Sample = typeof packets extends fc.Arbitrary<(infer One)[]> ? One : never;

function encode(sample: Sample): Buffer {
  if ('body' in sample) {
    const bytes = Buffer.concat([Buffer.alloc(4), Buffer.of(sample.type), sample.body]);
    bytes.writeUInt32BE(bytes.length - 4, 0);
    return bytes;
  }
  const writer = new WireWriter(packetTypes.write).uint32(7).string(sample.handle).uint64(9).string(sample.data);
  const bytes = Buffer.concat([writer.finish(), sample.trailing]);
  bytes.writeUInt32BE(bytes.length - 4, 0);
  return bytes;
}

function drain(reader: PacketReader): Packet[] {
  const found: Packet[] = [];
  for (let packet = reader.next(); packet !== undefined; packet = reader.next()) {
    found.push(packet);
    if (packet.kind === 'bad-length') break;
  }
  return found;
}

/** What a packet holds, without regard to how it was cut. */
function flat(packet: Packet): unknown {
  if (packet.kind === 'write')
    return [packet.kind, packet.head.toString('hex'), Buffer.concat(packet.data).toString('hex')];
  return packet.kind === 'packet' ? [packet.kind, packet.type, packet.body.toString('hex')] : packet;
}

function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((start, index) => bytes.subarray(start, at[index] ?? bytes.length));
}

test('however a stream is split, the same packets come out', () => {
  const split = fc.array(fc.nat({ max: 40_000 }), { maxLength: 60 });
  fc.assert(
    fc.property(packets, split, (samples, cuts) => {
      const bytes = Buffer.concat(samples.map(encode));
      const whole = new PacketReader();
      whole.push(bytes);
      const cut = new PacketReader();
      const found: Packet[] = [];
      for (const piece of pieces(bytes, cuts)) {
        cut.push(piece);
        found.push(...drain(cut));
      }
      assert.deepEqual(found.map(flat), drain(whole).map(flat));
      assert.equal(found.length, samples.length);
      assert.equal(cut.buffered, 0);
    }),
    { numRuns: 200 },
  );
});

test('a stream that comes byte by byte gives its packets', () => {
  const bytes = encode({ handle: Buffer.from('h'), data: Buffer.alloc(5000, 'x'), trailing: Buffer.alloc(0) });
  const reader = new PacketReader();
  for (const byte of bytes) reader.push(Buffer.of(byte));
  const [packet] = drain(reader);
  assert.equal(packet?.kind, 'write');
  assert.equal(packet.kind === 'write' && Buffer.concat(packet.data).toString(), 'x'.repeat(5000));
});

for (const length of [0, maxPacketLength + 1, 0x7fff_ffff, 0xffff_ffff]) {
  test(`a length of ${length} ends the stream for good`, () => {
    const reader = new PacketReader();
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(length);
    reader.push(Buffer.concat([encode({ type: 1, body: Buffer.alloc(4) }), bytes, Buffer.alloc(100)]));
    assert.deepEqual(
      drain(reader).map((packet) => packet.kind),
      ['packet', 'bad-length'],
    );
    reader.push(encode({ type: 1, body: Buffer.alloc(4) }));
    assert.deepEqual(reader.next(), { kind: 'bad-length', length });
    assert.equal(reader.buffered, 0);
  });
}

test('the longest packet is taken', () => {
  const reader = new PacketReader();
  reader.push(encode({ type: packetTypes.stat, body: Buffer.alloc(maxPacketLength - 1) }));
  assert.equal(drain(reader)[0]?.kind, 'packet');
});

test('any bytes become packets and requests without an exception', () => {
  fc.assert(
    fc.property(packets, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 20 }), (samples, changes) => {
      const bytes = Buffer.concat(samples.map(encode));
      for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
      const reader = new PacketReader();
      reader.push(bytes);
      for (const packet of drain(reader)) if (packet.kind !== 'bad-length') decodeRequest(packet);
      assert.ok(reader.buffered <= bytes.length);
    }),
    { numRuns: 500 },
  );
});

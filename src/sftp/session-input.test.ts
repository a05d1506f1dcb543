// The input of a session: how it is cut into packets, and whose memory it is meanwhile.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Packet, PacketReader } from '../domain/sftp-packets.ts';
import { maxPacketLength, packetTypes, WireWriter } from '../domain/sftp-wire.ts';
import { InputSlabs } from './input-slabs.ts';
import { SessionInput } from './session-input.ts';

type Sample = { type: number; body: Uint8Array } | { data: Uint8Array; trailing: Uint8Array };

const small = fc.array(
  fc.oneof(
    fc.record({
      type: fc.constantFrom(...Object.values(packetTypes)).filter((type) => type !== packetTypes.write),
      body: fc.uint8Array({ maxLength: 600 }),
    }),
    fc.record({ data: fc.uint8Array({ maxLength: 3000 }), trailing: fc.uint8Array({ maxLength: 40 }) }),
  ),
  { maxLength: 8 },
);

function encode(sample: Sample): Buffer {
  const head =
    'body' in sample
      ? Buffer.concat([Buffer.alloc(4), Buffer.of(sample.type), sample.body])
      : Buffer.concat([
          new WireWriter(packetTypes.write, sample.data.length + 64)
            .uint32(7)
            .string('h')
            .uint64(9)
            .string(sample.data)
            .finish(),
          sample.trailing,
        ]);
  head.writeUInt32BE(head.length - 4, 0);
  return head;
}

const write = (data: Uint8Array): Sample => ({ data, trailing: Buffer.alloc(0) });

function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((start, index) => bytes.subarray(start, at[index] ?? bytes.length));
}

/** What a packet holds, without regard to how it was cut. */
function flat(packet: Packet): unknown {
  if (packet.kind === 'write')
    return [packet.kind, packet.head.toString('hex'), Buffer.concat(packet.data).toString('hex')];
  return packet.kind === 'packet' ? [packet.kind, packet.type, packet.body.toString('hex')] : packet;
}

function drain(input: { next(): Packet | undefined }): unknown[] {
  const found: unknown[] = [];
  for (let packet = input.next(); packet !== undefined; packet = input.next()) {
    found.push(flat(packet));
    if (packet.kind === 'bad-length') break;
  }
  return found;
}

test('however a stream is split, it gives the packets that another reader finds in it, or its first bad length', () => {
  const split = fc.array(fc.nat({ max: 40_000 }), { maxLength: 60 });
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 3 });
  fc.assert(
    fc.property(small, split, damage, (samples, cuts, changes) => {
      const bytes = Buffer.concat(samples.map(encode));
      for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
      const oracle = new PacketReader();
      oracle.push(bytes);
      const input = new SessionInput(new InputSlabs());
      const found: unknown[] = [];
      for (const piece of pieces(bytes, cuts)) {
        // The piece is the caller's again, who may well write to it.
        const given = Buffer.from(piece);
        input.push(given);
        given.fill(0xee);
        if (!found.some((one) => typeof one === 'object' && one !== null && 'kind' in one)) found.push(...drain(input));
      }
      assert.deepEqual(found, drain(oracle));
      assert.equal(input.buffered, oracle.buffered);
    }),
    { numRuns: 300 },
  );
});

test('the data of held writes stays as it came while hundreds of others come and go, in any order', () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 255 * 1024 }), { minLength: 1, maxLength: 12 });
  const order = fc.array(fc.nat({ max: 3 }), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1000, max: 70_000 }), order, (wanted, piece, waits) => {
      const slabs = new InputSlabs();
      const input = new SessionInput(slabs);
      const held: { data: Buffer[]; fill: number; done: () => void; until: number }[] = [];
      let taken = 0;
      const release = (now: number): void => {
        for (const one of held.filter(({ until }) => until <= now)) {
          for (const data of one.data) assert.ok(data.every((byte) => byte === one.fill));
          one.done();
          one.done();
          held.splice(held.indexOf(one), 1);
        }
      };
      const bytes = Buffer.concat(wanted.map((length, index) => encode(write(Buffer.alloc(length, index + 1)))));
      for (let at = 0; at < bytes.length; at += piece) {
        input.push(bytes.subarray(at, at + piece));
        for (let packet = input.next(); packet !== undefined; packet = input.next()) {
          assert.ok(packet.kind === 'write');
          held.push({ data: packet.data, fill: taken + 1, done: input.hold(), until: taken + (waits[taken] ?? 0) });
          taken += 1;
        }
        input.rest();
        release(taken - 1);
      }
      assert.equal(taken, wanted.length);
      release(Number.POSITIVE_INFINITY);
      assert.equal(slabs.inUse, 0);
    }),
    { numRuns: 40 },
  );
});

test('a session that waits for its client has no memory for its input', () => {
  const slabs = new InputSlabs();
  const input = new SessionInput(slabs);
  const bytes = encode({ type: packetTypes.stat, body: Buffer.alloc(20) });
  input.push(bytes.subarray(0, 10));
  input.rest();
  assert.ok(slabs.inUse > 0);
  input.push(bytes.subarray(10));
  assert.equal(input.next()?.kind, 'packet');
  input.rest();
  assert.equal(slabs.inUse, 0);
});

test('a session that ends with a write under way gives all back when that is done', () => {
  const slabs = new InputSlabs();
  const input = new SessionInput(slabs);
  input.push(Buffer.concat([encode(write(Buffer.alloc(100))), Buffer.alloc(3)]));
  input.next();
  const done = input.hold();
  input.end();
  assert.ok(slabs.inUse > 0);
  done();
  assert.equal(slabs.inUse, 0);
});

test('the longest packet is taken wherever it begins, and so is what piles up before it can be', () => {
  const slabs = new InputSlabs();
  const input = new SessionInput(slabs);
  const longest = encode({ type: packetTypes.stat, body: Buffer.alloc(maxPacketLength - 1, 7) });
  for (let count = 0; count < 5; count += 1) input.push(longest);
  for (let count = 0; count < 5; count += 1) assert.equal(input.next()?.kind, 'packet');
  assert.equal(input.next(), undefined);
  input.rest();
  assert.equal(slabs.inUse, 0);
});

for (const length of [0, maxPacketLength + 1, 0xffff_ffff]) {
  test(`a length of ${length} ends the stream for good, and its memory`, () => {
    const slabs = new InputSlabs();
    const input = new SessionInput(slabs);
    const bytes = Buffer.alloc(104);
    bytes.writeUInt32BE(length);
    input.push(bytes);
    assert.deepEqual(input.next(), { kind: 'bad-length', length });
    input.push(encode({ type: 1, body: Buffer.alloc(4) }));
    assert.deepEqual(input.next(), { kind: 'bad-length', length });
    assert.deepEqual([input.buffered, slabs.inUse], [0, 0]);
  });
}

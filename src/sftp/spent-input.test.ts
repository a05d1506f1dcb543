// What is freed of a socket's input, and what is not.

import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { SpentInput } from './spent-input.ts';

const kibibyte = 1024;

/** A socket whose chunks go through `read`, as ssh2 would take them, between both listeners. */
function watched(t: TestContext, isNeeded: () => boolean, read: (chunk: Buffer, spent: SpentInput) => void): Socket {
  const socket = new Socket();
  t.after(() => socket.destroy());
  const spent = new SpentInput();
  spent.watchBefore(socket);
  socket.on('data', (chunk: Buffer) => read(chunk, spent));
  spent.watchAfter(socket, isNeeded);
  return socket;
}

const ownMemory = (length: number): Buffer => Buffer.allocUnsafeSlow(length);

test('a chunk is freed when it was read, unless somebody still needs it', (t) => {
  let needed = false;
  const socket = watched(
    t,
    () => needed,
    () => undefined,
  );
  const [first, second] = [ownMemory(64 * kibibyte), ownMemory(64 * kibibyte)];
  socket.emit('data', first);
  needed = true;
  socket.emit('data', second);
  assert.deepEqual([first.length, second.length], [0, 64 * kibibyte]);
});

test('data of a packet that has memory of its own is freed when it was taken', (t) => {
  const packet = ownMemory(32 * kibibyte + 100);
  const socket = watched(
    t,
    () => true,
    (_chunk, spent) => spent.taken(packet.subarray(10, 10 + 32 * kibibyte)),
  );
  socket.emit('data', ownMemory(64 * kibibyte));
  assert.equal(packet.length, 0);
});

test('data that lies in the chunk itself, or among other data, is left alone', (t) => {
  const shared = ownMemory(256 * kibibyte);
  const socket = watched(
    t,
    () => true,
    (chunk, spent) => {
      spent.taken(chunk.subarray(14, 14 + 32 * kibibyte));
      spent.taken(shared.subarray(0, 32 * kibibyte));
    },
  );
  const chunk = ownMemory(32 * kibibyte + 100);
  socket.emit('data', chunk);
  assert.deepEqual([chunk.length, shared.length], [32 * kibibyte + 100, 256 * kibibyte]);
});

test('what a channel gives out later, from a chunk that others may still look at, is left alone', (t) => {
  let reader: SpentInput | undefined;
  const socket = watched(
    t,
    () => true,
    (_chunk, spent) => {
      reader = spent;
    },
  );
  socket.emit('data', ownMemory(64 * kibibyte));
  const late = ownMemory(32 * kibibyte);
  reader?.taken(late);
  socket.emit('data', ownMemory(64 * kibibyte));
  assert.equal(late.length, 32 * kibibyte);
});

test('small pieces are left to the collector', (t) => {
  const socket = watched(
    t,
    () => false,
    () => undefined,
  );
  const chunk = ownMemory(100);
  socket.emit('data', chunk);
  assert.equal(chunk.length, 100);
});

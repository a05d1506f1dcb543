import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { VirtualFileError } from '../../src/domain/virtual-files.ts';
import { startEdge } from '../kit/sftp-edge.ts';
import { connectPeer, type Field, handleOf, messageOf, type Peer, packet, statusOf } from '../kit/sftp-peer.ts';
import { until } from '../kit/until.ts';

const readFlag = 1;
const writeFlags = 2 + 8 + 16;
const type = {
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
  extended: 200,
};

async function openFile(peer: Peer, path: string, flags = writeFlags): Promise<string> {
  return handleOf(await peer.ask(type.open, path, flags, 0));
}

test('a client that asks for version 6 is answered version 3 with the extensions', async (t) => {
  const { server } = await startEdge(t);
  const peer = await connectPeer(t, server.port, {}, false);
  peer.send(packet(1, [6]));
  const { body } = await peer.reply(-1);
  assert.equal(body.readUInt32BE(0), 3);
  for (const name of ['posix-rename@openssh.com', 'fsync@openssh.com', 'statvfs@openssh.com', 'limits@openssh.com'])
    assert.ok(body.includes(name), name);
});

test('a file arrives as it was sent, in contiguous writes of at most 4 MiB', async (t) => {
  const { server, root, records } = await startEdge(t);
  const bytes = randomBytes(9_000_000);
  const peer = await connectPeer(t, server.port);
  const handle = await openFile(peer, 'students.csv');
  const ids: number[] = [];
  for (let at = 0; at < bytes.length; at += 32_768)
    ids.push(peer.tell(type.write, handle, BigInt(at), bytes.subarray(at, at + 32_768)));
  for (const id of ids) assert.equal(statusOf(await peer.reply(id)), 0);
  assert.equal(statusOf(await peer.ask(type.close, handle)), 0);
  assert.deepEqual(root.nodes.get('/students.csv')?.bytes, bytes);
  const writes = root.calls.filter((call) => call.startsWith('write'));
  assert.ok(writes.length < ids.length / 2, `${writes.length} writes for ${ids.length} packets`);
  assert.ok(writes.every((call) => Number(call.split('+')[1]) <= 4 * 1024 * 1024));
  peer.client.end();
  await until(() => records.ended.length === 1);
  assert.deepEqual(records.ended[0]?.totals, { filesReceived: 1, bytesIn: 9_000_000, bytesOut: 0 });
  assert.deepEqual(records.ended[0]?.end, { how: 'closed', reason: null });
});

test('writes that come out of order, overlap or lie apart end up as a disk would have them', async (t) => {
  const { server, root } = await startEdge(t);
  const peer = await connectPeer(t, server.port);
  const handle = await openFile(peer, 'a');
  const parts: [number, string][] = [
    [8, 'ijkl'],
    [0, 'abcd'],
    [4, 'efgh'],
    [2, 'CD'],
    [14, 'z'],
  ];
  for (const [at, text] of parts) peer.tell(type.write, handle, BigInt(at), text);
  assert.equal(statusOf(await peer.ask(type.close, handle)), 0);
  assert.equal(root.text('/a'), 'abCDefghijkl\0\0z');
});

test('with the append flag the position is ignored and the order kept', async (t) => {
  const { server, root } = await startEdge(t);
  const peer = await connectPeer(t, server.port);
  const handle = await openFile(peer, 'log', 2 + 4 + 8);
  for (const text of ['one ', 'two ', 'three']) peer.tell(type.write, handle, 0n, text);
  assert.equal(statusOf(await peer.ask(type.close, handle)), 0);
  assert.equal(root.text('/log'), 'one two three');
});

test('bytes behind the data of a WRITE are read over', async (t) => {
  const { server, root } = await startEdge(t);
  const peer = await connectPeer(t, server.port);
  const handle = await openFile(peer, 'a');
  const trailing: Field[] = [handle, 0n, 'data', { raw: Buffer.from('trailing bytes of rclone') }];
  assert.equal(statusOf(await peer.ask(type.write, ...trailing)), 0);
  assert.equal(statusOf(await peer.ask(type.close, handle)), 0);
  assert.equal(root.text('/a'), 'data');
});

test('a write that fails is reported, and CLOSE fails too although the client went on', async (t) => {
  const { server, root, records } = await startEdge(t);
  root.faults.beforeWrite = async (_path, _length, position) => {
    if (position > 0) throw new VirtualFileError('no-space', 'The disk is full.');
  };
  const peer = await connectPeer(t, server.port);
  const handle = await openFile(peer, 'a');
  assert.equal(statusOf(await peer.ask(type.write, handle, 0n, 'good')), 0);
  const failed = await peer.ask(type.write, handle, 4n, 'bad');
  assert.deepEqual([statusOf(failed), messageOf(failed)], [4, 'The disk is full.']);
  const later = await peer.ask(type.write, handle, 0n, 'good again');
  assert.equal(statusOf(later), 4);
  const closed = await peer.ask(type.close, handle);
  assert.deepEqual([statusOf(closed), messageOf(closed)], [4, 'The disk is full.']);
  assert.deepEqual(
    root.calls.filter((call) => !call.startsWith('write')),
    ['open /a', 'abandon /a'],
  );
  peer.client.end();
  await until(() => records.ended.length === 1);
  assert.equal(records.ended[0]?.totals.filesReceived, 0);
});

test('a defect is reported to the program and told to the client without its cause', async (t) => {
  const { server, root, records } = await startEdge(t, { bugsExpected: true });
  root.faults.beforeStat = async () => {
    throw new TypeError('secret detail');
  };
  const peer = await connectPeer(t, server.port);
  const reply = await peer.ask(type.stat, '/');
  assert.equal(statusOf(reply), 4);
  assert.ok(!messageOf(reply).includes('secret'));
  assert.equal(records.bugs.length, 1);
});

test('CLOSE, FSTAT and FSETSTAT wait for the writes before them; a read sees them', async (t) => {
  const { server, root } = await startEdge(t);
  root.faults.beforeWrite = () => new Promise((resolve) => setTimeout(resolve, 20));
  const peer = await connectPeer(t, server.port);
  const handle = await openFile(peer, 'a', readFlag + writeFlags);
  peer.tell(type.write, handle, 0n, 'hello');
  const read = peer.tell(type.read, handle, 0n, 5);
  const stat = peer.tell(type.fstat, handle);
  peer.tell(type.write, handle, 5n, ' you');
  const cut = peer.tell(type.fsetstat, handle, 1, 7n);
  const close = peer.tell(type.close, handle);
  assert.equal((await peer.reply(read)).body.subarray(4).toString(), 'hello');
  assert.equal((await peer.reply(stat)).body.readBigUInt64BE(4), 5n);
  assert.equal(statusOf(await peer.reply(cut)), 0);
  assert.equal(statusOf(await peer.reply(close)), 0);
  assert.equal(root.text('/a'), 'hello y');
});

test('a request on a name sees the writes that came before it', async (t) => {
  const { server, root } = await startEdge(t);
  const peer = await connectPeer(t, server.port);
  const handle = await openFile(peer, 'a');
  root.faults.beforeWrite = () => new Promise((resolve) => setTimeout(resolve, 20));
  peer.tell(type.write, handle, 0n, 'hello');
  assert.equal((await peer.ask(type.lstat, 'a')).body.readBigUInt64BE(4), 5n);
});

test('requests on names are answered strictly in order, however long one of them takes', async (t) => {
  const { server, root } = await startEdge(t);
  let waits = 50;
  root.faults.beforeStat = async () => {
    waits = Math.floor(waits / 3);
    await new Promise((resolve) => setTimeout(resolve, waits));
  };
  const peer = await connectPeer(t, server.port);
  const ids = [
    peer.tell(type.mkdir, 'd', 0),
    peer.tell(type.stat, 'd'),
    peer.tell(type.rename, 'd', 'e'),
    peer.tell(type.stat, 'e'),
    peer.tell(type.rmdir, 'e'),
    peer.tell(type.stat, 'e'),
  ];
  for (const id of ids) await peer.reply(id);
  assert.deepEqual(peer.order.slice(1), ids);
  assert.equal(statusOf(await peer.reply(ids.at(-1) ?? 0)), 2);
});

test('reads overlap and give what was stored; at the end stands EOF', async (t) => {
  const { server, root, records } = await startEdge(t);
  const bytes = randomBytes(700_000);
  root.nodes.set('/big', { kind: 'file', bytes, mode: 0o644, modifiedAt: new Date() });
  const peer = await connectPeer(t, server.port);
  const handle = await openFile(peer, 'big', readFlag);
  const ids: number[] = [];
  for (let at = 0; at < bytes.length; at += 250_000) ids.push(peer.tell(type.read, handle, BigInt(at), 250_000));
  const parts = await Promise.all(ids.map(async (id) => (await peer.reply(id)).body.subarray(4)));
  assert.deepEqual(Buffer.concat(parts), bytes);
  assert.equal(statusOf(await peer.ask(type.read, handle, 700_000n, 10)), 1);
  assert.equal(statusOf(await peer.ask(type.write, handle, 0n, 'x')), 3);
  peer.client.end();
  await until(() => records.ended.length === 1);
  assert.equal(records.ended[0]?.totals.bytesOut, 700_000);
});

test('a handle is known to its own session only, and not after CLOSE', async (t) => {
  const { server } = await startEdge(t);
  const one = await connectPeer(t, server.port);
  const two = await connectPeer(t, server.port);
  const handle = await openFile(one, 'a');
  assert.equal(statusOf(await two.ask(type.write, handle, 0n, 'x')), 4);
  assert.equal(statusOf(await two.ask(type.close, handle)), 4);
  assert.equal(statusOf(await one.ask(type.close, handle)), 0);
  assert.equal(statusOf(await one.ask(type.close, handle)), 4);
});

test('the handles of a session are limited', async (t) => {
  const { server } = await startEdge(t, { limits: { openHandles: 3 } });
  const peer = await connectPeer(t, server.port);
  const handles: string[] = [];
  for (const name of ['a', 'b', 'c']) handles.push(await openFile(peer, name));
  const refused = await peer.ask(type.open, 'd', writeFlags, 0);
  assert.match(messageOf(refused), /3 files open/);
  assert.match(messageOf(await peer.ask(type.opendir, '/')), /3 files open/);
  await peer.ask(type.close, handles[0] ?? '');
  await openFile(peer, 'd');
  const limits = await peer.ask(type.extended, 'limits@openssh.com');
  assert.equal(limits.body.readBigUInt64BE(24), 3n);
});

test('a listing names every entry once, with lines like those of ls -l', async (t) => {
  const { server, root } = await startEdge(t);
  const modifiedAt = new Date('2020-02-03T04:05:06Z');
  for (let index = 0; index < 300; index += 1)
    root.nodes.set(`/f${index}`, { kind: 'file', bytes: Buffer.alloc(index), mode: 0o640, modifiedAt });
  const peer = await connectPeer(t, server.port);
  const handle = handleOf(await peer.ask(type.opendir, '.'));
  const names: string[] = [];
  const lines: string[] = [];
  for (;;) {
    const reply = await peer.ask(type.readdir, handle);
    if (reply.type === 101) {
      assert.equal(statusOf(reply), 1);
      break;
    }
    for (const [name, line] of entriesOf(reply.body)) {
      names.push(name);
      lines.push(line);
    }
  }
  assert.deepEqual(names.slice(0, 2), ['.', '..']);
  assert.equal(new Set(names).size, 302);
  assert.match(lines[names.indexOf('f299')] ?? '', /^-rw-r----- +1 owner +group +299 Feb {2}3 {2}2020 f299$/);
  assert.match(lines[0] ?? '', /^drwxr-xr-x/);
});

test('copy-data copies between two open files, and statvfs tells the space', async (t) => {
  const { server, root } = await startEdge(t);
  const bytes = randomBytes(600_000);
  root.nodes.set('/from', { kind: 'file', bytes, mode: 0o644, modifiedAt: new Date() });
  const peer = await connectPeer(t, server.port);
  const from = await openFile(peer, 'from', readFlag);
  const to = await openFile(peer, 'to');
  assert.equal(statusOf(await peer.ask(type.extended, 'copy-data', from, 0n, 0n, to, 0n)), 0);
  assert.equal(statusOf(await peer.ask(type.extended, 'copy-data', from, 599_990n, 20n, to, 600_000n)), 1);
  assert.equal(statusOf(await peer.ask(type.close, to)), 0);
  assert.deepEqual(root.nodes.get('/to')?.bytes, Buffer.concat([bytes, bytes.subarray(599_990)]));
  const { body } = await peer.ask(type.extended, 'statvfs@openssh.com', '/');
  assert.equal(body.readBigUInt64BE(0) * body.readBigUInt64BE(16), BigInt(1024 ** 3));
});

function entriesOf(body: Buffer): [name: string, line: string][] {
  let at = 4;
  const text = (): string => {
    const length = body.readUInt32BE(at);
    at += 4 + length;
    return body.subarray(at - length, at).toString();
  };
  return Array.from({ length: body.readUInt32BE(0) }, () => {
    const pair: [string, string] = [text(), text()];
    at += 4 + 8 + 4 + 4 + 4 + 4 + 4;
    return pair;
  });
}

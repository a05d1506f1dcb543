import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startEdge } from '../kit/sftp-edge.ts';
import { connectPeer, type Field, handleOf, messageOf, type Peer, statusOf } from '../kit/sftp-peer.ts';

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

const refusals: [what: string, ask: [number, ...Field[]], code: number, message: RegExp][] = [
  ['a missing file', [type.stat, '/none'], 2, /no \/none/],
  ['RENAME onto a name that is taken', [type.rename, 'a', 'b'], 4, /there already/],
  ['a folder that is not empty', [type.rmdir, 'full'], 4, /not empty/],
  ['reading a link', [type.readlink, 'a'], 8, /no links/],
  ['making a link', [type.symlink, 'a', 'l'], 8, /no links/],
  ['a hard link', [type.extended, 'hardlink@openssh.com', 'a', 'l'], 8, /no links/],
  ['an unknown extension', [type.extended, 'check-file', 'a'], 8, /does not know/],
  ['an unknown request', [99], 8, /does not know/],
  ['a name with a backslash', [type.stat, 'a\\b'], 4, /not allowed/],
  ['a name with NUL', [type.stat, 'a\0b'], 4, /not allowed/],
  ['a name that is not UTF-8', [type.stat, Buffer.from([0x61, 0xc0, 0xaf])], 4, /not allowed/],
  ['a name that is too long', [type.mkdir, 'x'.repeat(256), 0], 4, /255/],
  ['a request whose fields are cut off', [type.open, { raw: Buffer.from([0, 0, 1, 0, 65]) }], 5, /Bad request/],
  ['a WRITE that is shorter than it says', [type.write, 'h', 0n, { raw: Buffer.from([0, 0, 9, 0, 65]) }], 5, /shorter/],
  ['a position above 2^53', [type.read, 'h', 2n ** 60n, 1], 5, /2\^53/],
];

test('refusals have a code and a sentence, and the session goes on', async (t) => {
  const { server, root } = await startEdge(t);
  const peer = await connectPeer(t, server.port);
  for (const name of ['a', 'b']) await peer.ask(type.close, await openFile(peer, name));
  await peer.ask(type.mkdir, 'full', 0);
  await peer.ask(type.close, await openFile(peer, 'full/x'));
  for (const [what, ask, code, message] of refusals) {
    const reply = await peer.ask(...ask);
    assert.equal(statusOf(reply), code, what);
    assert.match(messageOf(reply), message, what);
  }
  assert.equal(statusOf(await peer.ask(type.extended, 'posix-rename@openssh.com', 'a', 'b')), 0);
  assert.deepEqual([...root.nodes.keys()].sort(), ['/', '/b', '/full', '/full/x']);
});

test('no path leaves the root', async (t) => {
  const { server } = await startEdge(t);
  const peer = await connectPeer(t, server.port);
  const paths: [string, string][] = [
    ['.', '/'],
    ['', '/'],
    ['../../etc/passwd', '/etc/passwd'],
    ['/a/./b//../c', '/a/c'],
    ['u\u0308ber', '/über'],
  ];
  for (const [asked, told] of paths) {
    const { body } = await peer.ask(type.realpath, asked);
    assert.equal(body.subarray(8, 8 + body.readUInt32BE(4)).toString(), told);
  }
});

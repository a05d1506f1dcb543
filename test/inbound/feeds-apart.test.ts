// No feed reaches another feed's files, whatever its client does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { normalisePath, type VirtualFile, VirtualFileError, type VirtualRoot } from '../../src/domain/virtual-files.ts';
import { addTestFeed, flags, get, historyOf, listing, openSession, openTestFeed, put } from '../kit/feed-root.ts';

/** One random operation; gives what the client saw, with refusals as their codes. */
type Step = { kind: string; path: string; other: string; letters: string };

async function act(root: VirtualRoot, step: Step, open: VirtualFile[]): Promise<unknown> {
  const path = normalisePath(step.path);
  switch (step.kind) {
    case 'put':
      return put(root, path, 'theirs', step.letters);
    case 'open':
      open.push(await root.open(path, flags(step.letters), {}));
      return open.length;
    case 'close':
      return open.pop()?.close();
    case 'get':
      return get(root, path);
    case 'stat':
      return (await root.stat(path)).size;
    case 'list':
      return listing(root, path);
    case 'remove':
      return root.remove(path);
    case 'rename':
      return root.rename(path, normalisePath(step.other), { replace: step.letters.includes('t') });
    case 'mkdir':
      return root.makeFolder(path, {});
    case 'rmdir':
      return root.removeFolder(path);
    default:
      return root.setAttributes(path, { size: 2, modifiedAt: new Date(5) });
  }
}

test('no feed reads, lists or changes another feed’s files, whatever it does and however paths are spelled', async (t) => {
  const north = await openTestFeed(t);
  const south = await addTestFeed(north.deps, 'south');
  const root = openSession(north);
  await root.makeFolder('/a', {});
  for (const path of ['/x.csv', '/a/x.csv', '/outbox/secret.csv']) await put(root, path, `secret of north ${path}`);
  const held = await root.open('/open.csv', flags('wct'), {});
  await held.write([Buffer.from('secret of north')], 0);
  const before = [
    await listing(root),
    await listing(root, '/a'),
    await listing(root, '/outbox'),
    await historyOf(north),
  ];
  const words = [
    'x.csv',
    'a',
    'outbox',
    'secret.csv',
    'open.csv',
    '..',
    '.',
    '',
    'dryrun',
    north.feedId,
    north.institutionId,
  ];
  const path = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
  const kinds = ['put', 'open', 'close', 'get', 'stat', 'list', 'remove', 'rename', 'mkdir', 'rmdir', 'setstat'];
  const step = fc.record({
    kind: fc.constantFrom(...kinds),
    path,
    other: path,
    letters: fc.constantFrom('wct', 'wc', 'rw', 'wa', 'r', 'wcx'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const session = openSession(south);
      const open: VirtualFile[] = [];
      for (const one of steps) {
        const seen = await act(session, one, open).catch((error: unknown) => {
          if (error instanceof VirtualFileError) return error.code;
          throw error;
        });
        assert.equal(JSON.stringify(seen ?? null).includes('secret of north'), false);
      }
      await session.end();
      assert.equal(
        (await listing(session)).some((entry) => entry.startsWith('/open.csv 15')),
        false,
      );
    }),
    { numRuns: 60 },
  );
  const after = [
    await listing(root),
    await listing(root, '/a'),
    await listing(root, '/outbox'),
    await historyOf(north),
  ];
  assert.deepEqual(after, before);
  await held.close();
});

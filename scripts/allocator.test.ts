// What a process of the program is told of memory.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withAllocator } from './allocator.js';

const onLinux = process.platform === 'linux' ? false : 'only glibc reads it';

test('glibc is told to keep two arenas', { skip: onLinux }, () => {
  assert.deepEqual(withAllocator({ HOME: '/root' }), { HOME: '/root', MALLOC_ARENA_MAX: '2' });
});

test('what somebody has set stays, and the same environment comes back, so that nothing starts again for it', () => {
  const env = { MALLOC_ARENA_MAX: '8' };
  assert.equal(withAllocator(env), env);
});

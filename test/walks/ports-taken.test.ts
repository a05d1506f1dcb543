// A start whose port is taken ends with the coded sentence, for the web pages as for SFTP.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { startTestApp } from '../kit/app.ts';

for (const setting of ['CAUSEWAY_HTTP_PORT', 'CAUSEWAY_SFTP_PORT'])
  test(`${setting} of another program is refused as port-in-use`, async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    assert.ok(typeof address === 'object' && address !== null);
    try {
      await assert.rejects(startTestApp({ [setting]: String(address.port) }), (error: unknown) => {
        assert.ok(error instanceof Error && 'code' in error && 'detail' in error);
        assert.equal(error.code, 'port-in-use');
        assert.match(String(error.detail), new RegExp(setting));
        return true;
      });
    } finally {
      other.close();
    }
  });

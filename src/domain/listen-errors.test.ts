// A port that cannot be had is said in a sentence that names the setting.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from './errors.ts';
import { listenError } from './listen-errors.ts';

const cases: [code: string, expected: string, names: RegExp][] = [
  ['EADDRINUSE', 'port-in-use', /CAUSEWAY_HTTP_PORT/],
  ['EACCES', 'port-not-allowed', /CAUSEWAY_HTTP_PORT/],
  ['EADDRNOTAVAIL', 'address-not-here', /CAUSEWAY_HTTP_HOST/],
  ['ENOTFOUND', 'address-not-here', /CAUSEWAY_HTTP_HOST/],
];
for (const [code, expected, names] of cases)
  test(`${code} is ${expected} and names the setting`, () => {
    const error = listenError(Object.assign(new Error(code), { code }), '127.0.0.1', 80, 'HTTP');
    assert.ok(error instanceof AppError);
    assert.equal(error.code, expected);
    assert.match(error.detail, names);
  });

test('any other error stays what it is', () => {
  const error = new Error('something else');
  assert.equal(listenError(error, '127.0.0.1', 80, 'SFTP'), error);
});

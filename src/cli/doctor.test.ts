import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');

/** What doctor finds in a process of its own, without settings. */
async function findings(...args: string[]): Promise<Map<string, { ok: boolean; detail: string }>> {
  const look = `const { examine } = await import('./src/cli/doctor.ts');
    const { json } = await examine(() => { throw new Error('no settings here') });
    console.log(JSON.stringify(json.findings));`;
  const all = [...args, '--input-type=module', '-e', look];
  const { stdout } = await promisify(execFile)(process.execPath, all, { cwd: root });
  const found: { name: string; ok: boolean; detail: string }[] = JSON.parse(stdout);
  return new Map(found.map(({ name, ok, detail }) => [name, { ok, detail }]));
}

test('doctor says how SFTP encrypts, whatever the settings are', async () => {
  const found = await findings();
  assert.deepEqual(found.get('settings'), { ok: false, detail: 'no settings here' });
  assert.equal(found.get('SFTP encryption')?.ok, true);
  assert.match(found.get('SFTP encryption')?.detail ?? '', /post-quantum key exchange \(mlkem768x25519-sha256\)$/);
});

test('doctor says how to get the native ciphers where they are not in use, and that is no fault', async () => {
  const found = await findings('--import', join(root, 'test/kit/javascript-ciphers.ts'));
  assert.equal(found.get('SFTP encryption')?.ok, true);
  assert.match(found.get('SFTP encryption')?.detail ?? '', /^ciphers in JavaScript/);
});

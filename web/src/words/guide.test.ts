import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Feed } from '@api/feeds.ts';
import { grouped } from './fingerprints.ts';
import { guide, guideText } from './guide.ts';
import { newColumn } from './mapping.ts';

const instant = '2026-11-21T12:00:00Z';
const hostKey = {
  type: 'ssh-ed25519',
  sha256: 'SHA256:p7q/CjWSSxVdCFuK',
  md5: 'MD5:97:ae:5b',
  publicKey: 'ssh-ed25519 AAAA',
};
const institution = { id: 'i', slug: 'lakeside', name: 'Lakeside', timeZone: 'UTC', country: 'US', createdAt: instant };
const server = {
  version: '1',
  sftp: { host: 'sftp.example.edu', port: 2022, hostKeys: [hostKey] },
  settleSeconds: 3,
  egressAddresses: [],
};
const feed: Feed = {
  id: 'f',
  institution: 'lakeside',
  name: 'SFTP inbound',
  host: 'sftp.example.edu',
  port: 2022,
  username: 'lakeside',
  password: 'never to be shown here',
  enabled: true,
  strict: false,
  loginMethods: 'any',
  allowedAddresses: ['203.0.113.0/24'],
  publicKeys: [],
  mapping: {},
  columns: [newColumn('crmId', ['Student ID']), { ...newColumn('phone', ['Area', 'Number']), combine: 'join' }],
  missing: [],
  hostKeys: [hostKey],
  previousPasswordUntil: null,
  createdAt: instant,
  updatedAt: instant,
};
const written = guideText('Sending files', guide({ institution, feed, server, fields: [] }));

test('the guide as text holds what a sender needs, fingerprints as a machine compares them, and no password', () => {
  for (const part of [
    'sftp -P 2022 lakeside@sftp.example.edu',
    'SHA256:p7q/CjWSSxVdCFuK',
    'MD5:97:ae:5b',
    '[sftp.example.edu]:2022 ssh-ed25519 AAAA',
    '203.0.113.0/24',
    'Student ID',
    'Area + Number',
    '3 seconds',
  ])
    assert.ok(written.includes(part), `${part} is missing in:\n${written}`);
  assert.ok(!written.includes('never to be shown here'));
});

test('fingerprints are shown in groups that the eye can compare', () => {
  assert.equal(grouped(hostKey.sha256), 'SHA256: p7q/ CjWS SxVd CFuK');
  assert.equal(grouped(hostKey.md5), 'MD5: 97:ae:5b');
});

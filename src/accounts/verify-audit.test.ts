// The audit chain on a real database: what is whole, and what is found out.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeInstitution, openTestDeps, type TestDeps } from '../../test/kit/accounts.ts';
import { systemActor } from '../domain/actor.ts';
import { type InstitutionId, installationChain } from '../domain/ids.ts';
import { appendAudit, listAuditEvents } from '../store/audit.ts';
import { verifyChain } from './verify-audit.ts';

let deps: TestDeps;
before(async () => {
  deps = await openTestDeps();
});
after(() => deps.close());

async function chainOf(events: number): Promise<InstitutionId> {
  const id = deps.newId<InstitutionId>();
  for (let i = 1; i <= events; i++)
    await deps.db.transaction((tx) =>
      appendAudit(tx, id, deps, systemActor, {
        action: 'feed.enabled',
        subject: `feed-${i}`,
        facts: { z: i, a: { nested: [1, 'ü', null, 1.5, true] }, at: deps.clock.now(), 'nul\0': 'a\0b\ud800' },
      }),
    );
  return id;
}

test('a chain that nobody touched is whole, and tells its head', async () => {
  const id = await chainOf(3);
  const verdict = await verifyChain(deps, id);
  assert.equal(verdict.ok, true);
  assert.equal(verdict.ok && verdict.events, 3);
  const [last] = await listAuditEvents(deps.db, id, { before: null, limit: 1 });
  assert.equal(verdict.ok && verdict.head.hash, last?.hash.toString('hex'));
});

test('a chain without events is whole', async () => {
  assert.deepEqual(await verifyChain(deps, deps.newId()), { ok: true, events: 0, head: { seq: 0, hash: '' } });
});

const tampering: [string, string, { fault: string; seq: number }][] = [
  [
    'a changed action',
    `update audit_events set action = 'feed.disabled' where seq = 2 and institution_id = $1`,
    { fault: 'changed-event', seq: 2 },
  ],
  [
    'a changed fact',
    `update audit_events set facts = jsonb_set(facts, '{z}', '99') where seq = 3 and institution_id = $1`,
    { fault: 'changed-event', seq: 3 },
  ],
  [
    'a changed actor',
    `update audit_events set actor = '{"kind":"user","id":null,"name":"Other"}' where seq = 1 and institution_id = $1`,
    { fault: 'changed-event', seq: 1 },
  ],
  [
    'a changed time',
    `update audit_events set at = at + interval '1 second' where seq = 4 and institution_id = $1`,
    { fault: 'changed-event', seq: 4 },
  ],
  [
    'a removed event',
    'delete from audit_events where seq = 2 and institution_id = $1',
    { fault: 'missing-event', seq: 2 },
  ],
  [
    'a removed first event',
    'delete from audit_events where seq = 1 and institution_id = $1',
    { fault: 'missing-event', seq: 1 },
  ],
  [
    'a removed last event',
    'delete from audit_events where seq = 4 and institution_id = $1',
    { fault: 'cut-off', seq: 4 },
  ],
  [
    'a changed hash',
    `update audit_events set hash = sha256('x') where seq = 4 and institution_id = $1`,
    { fault: 'changed-event', seq: 4 },
  ],
  [
    'a head that was put back',
    `update audit_heads set seq = 3, hash = (select hash from audit_events where seq = 3 and institution_id = $1) where institution_id = $1`,
    { fault: 'changed-event', seq: 4 },
  ],
];
for (const [what, sql, expected] of tampering)
  test(`${what} is found`, async () => {
    const id = await chainOf(4);
    assert.equal(await deps.db.execute(sql, [id]), 1);
    assert.deepEqual(await verifyChain(deps, id), { ok: false, ...expected });
  });

test('a last event that was removed together with its head is found with a head noted earlier', async () => {
  const id = await chainOf(4);
  const verdict = await verifyChain(deps, id);
  assert.ok(verdict.ok);
  await deps.db.execute('delete from audit_events where seq = 4 and institution_id = $1', [id]);
  await deps.db.execute(
    'update audit_heads set seq = 3, hash = (select hash from audit_events where seq = 3 and institution_id = $1) where institution_id = $1',
    [id],
  );
  assert.equal((await verifyChain(deps, id)).ok, true);
  assert.deepEqual(await verifyChain(deps, id, verdict.head), { ok: false, fault: 'cut-off', seq: 4 });
});

test('an event copied into another institution’s chain does not fit there', async () => {
  const [one, other] = [await chainOf(2), await chainOf(1)];
  await deps.db.execute(
    'update audit_events set hash = (select hash from audit_events where institution_id = $1 and seq = 1), subject = (select subject from audit_events where institution_id = $1 and seq = 1) where institution_id = $2',
    [one, other],
  );
  assert.equal((await verifyChain(deps, other)).ok, false);
});

test('twenty changes at the same time make one chain without gaps', async () => {
  const id = deps.newId<InstitutionId>();
  await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      deps.db.transaction((tx) =>
        appendAudit(tx, id, deps, systemActor, { action: 'feed.enabled', subject: String(at) }),
      ),
    ),
  );
  const verdict = await verifyChain(deps, id);
  assert.equal(verdict.ok && verdict.events, 20);
});

test('an institution begins with its feed and itself in the log, and a failed change leaves no event', async () => {
  const institution = await makeInstitution(deps, 'chained');
  await assert.rejects(makeInstitution(deps, 'chained'), { code: 'slug-taken' });
  const events = await listAuditEvents(deps.db, institution.id, { before: null, limit: 10 });
  assert.deepEqual(
    events.map((event) => event.action),
    ['institution.created', 'feed.created'],
  );
  assert.equal((await verifyChain(deps, institution.id)).ok, true);
  assert.equal((await verifyChain(deps, installationChain)).ok, true);
});

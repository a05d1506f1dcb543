// Changes by hand: the same validation as for files, unique phones, previous phones, and who did it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { actorFor } from '../../test/kit/accounts.ts';
import {
  addInstitution,
  contactBy,
  type ImportKit,
  importFile,
  openImportKit,
  setByHand,
} from '../../test/kit/imports.ts';
import type { ContactId } from '../domain/ids.ts';
import { listContactChanges } from '../store/contact-changes.ts';
import { countContacts, listContacts, lockContacts } from '../store/contacts.ts';
import { setContact } from './set-contact.ts';

let shared: ImportKit & AsyncDisposable;
let made = 0;
before(async () => {
  shared = await openImportKit();
});
after(() => shared[Symbol.asyncDispose]());

async function fresh(): Promise<ImportKit> {
  made += 1;
  const kit = await addInstitution(shared, `hand-${made}`);
  await importFile(
    kit,
    'CRM,First,Last,Phone,Email,GPA\nA,Ann,Lee,212-555-0140,ann@example.edu,3.5\nB,Bo,Ray,212-555-0141,,\n',
  );
  return kit;
}

const refused: [title: string, values: Record<string, string>, code: string, field: string][] = [
  ['a bad phone', { phone: '12' }, 'invalid-values', 'values.phone'],
  ['a blank required field', { firstName: ' ' }, 'invalid-values', 'values.firstName'],
  ['a bad date', { dateOfBirth: 'soon' }, 'invalid-values', 'values.dateOfBirth'],
  ['an unknown field', { shoe: '42' }, 'unknown-field', 'values.shoe'],
  ['a Causeway ID', { causewayId: 'x' }, 'unknown-field', 'values.causewayId'],
  ['a phone of another contact', { phone: '(212) 555-0141' }, 'duplicate-contact', 'phone'],
  ['a CRM ID of another contact', { crmId: 'B' }, 'duplicate-unique-id-crmId', 'crmId'],
];

test('what a file could not bring is refused by hand too, whole, and by name', async () => {
  const kit = await fresh();
  const before_ = await contactBy(kit, 'A');
  for (const [title, values, code, field] of refused)
    await assert.rejects(
      setByHand(kit, 'A', { lastName: 'Changed', ...values }),
      (error: { code: string; fields: { name: string }[] }) => {
        assert.deepEqual([error.code, error.fields[0]?.name], [code, field], title);
        return true;
      },
    );
  assert.deepEqual(await contactBy(kit, 'A'), before_);
});

test('a change keeps what was there, and who changed it', async () => {
  const kit = await fresh();
  const { deps, institutionId } = kit;
  const { id } = await contactBy(kit, 'A');
  await setContact(deps, actorFor('admin', null), institutionId, id, {
    gpa: '3.75',
    email: '',
    lastName: 'Lee',
    crmId: 'A2',
  });
  const contact = await contactBy(kit, 'A2');
  assert.deepEqual([contact.gpa, contact.email, contact.lastName], [3.75, null, 'Lee']);
  const [change] = await listContactChanges(deps.db, institutionId, id, { before: null, limit: 1 });
  assert.deepEqual(
    [change?.actor, change?.changes],
    [
      'The admin',
      [
        { field: 'crmId', old: 'A', new: 'A2' },
        { field: 'email', old: 'ann@example.edu', new: null },
        { field: 'gpa', old: 3.5, new: 3.75 },
      ],
    ],
  );
});

test('a new phone by hand keeps the old one as previous, and the previous one set again clears that', async () => {
  const kit = await fresh();
  const phones = async () => {
    const { phone, previousPhone } = await contactBy(kit, 'A');
    return [phone?.slice(-2), previousPhone?.slice(-2)];
  };
  await setByHand(kit, 'A', { phone: '212-555-0142' });
  assert.deepEqual(await phones(), ['42', '40']);
  await setByHand(kit, 'A', { phone: '212-555-0143' });
  assert.deepEqual(await phones(), ['43', '42']);
  await setByHand(kit, 'A', { phone: '(212) 555-0143' });
  assert.deepEqual(await phones(), ['43', '42']);
  await setByHand(kit, 'A', { phone: '212-555-0142' });
  assert.deepEqual(await phones(), ['42', undefined]);
});

test('setting what is there already leaves no trace', async () => {
  const kit = await fresh();
  const { id, updatedAt } = await contactBy(kit, 'A');
  shared.deps.pass(1000);
  await setByHand(kit, 'A', { phone: '212 555 0140', gpa: '3.50' });
  const changes = await listContactChanges(kit.deps.db, kit.institutionId, id, { before: null, limit: 10 });
  assert.deepEqual([changes.length, (await contactBy(kit, 'A')).updatedAt], [1, updatedAt]);
});

test('a contact of another institution is not there', async () => {
  const [kit, other] = [await fresh(), await fresh()];
  const { id } = await contactBy(other, 'A');
  const edit = setContact(kit.deps, actorFor('admin', null), kit.institutionId, id as ContactId, { lastName: 'X' });
  await assert.rejects(edit, { code: 'no-such-contact' });
});

test('an edit waits for the import that is writing', async () => {
  const kit = await fresh();
  const order: string[] = [];
  const locked = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const writing = kit.deps.db.transaction(async (tx) => {
    await lockContacts(tx, kit.institutionId, null);
    locked.resolve();
    await release.promise;
    order.push('import');
  });
  await locked.promise;
  const edit = setByHand(kit, 'A', { lastName: 'Late' }).then(() => order.push('edit'));
  release.resolve();
  await Promise.all([writing, edit]);
  assert.deepEqual(order, ['import', 'edit']);
});

test('contacts are found by CRM ID, phone and parts of their names', async () => {
  const kit = await fresh();
  const { db } = kit.deps;
  const find = async (filter: Parameters<typeof listContacts>[2]) =>
    (await listContacts(db, kit.institutionId, filter, { before: null, limit: 10 })).map((contact) => contact.crmId);
  assert.deepEqual(
    [
      await find({}),
      await find({ crmId: 'A' }),
      await find({ crmId: 'a' }),
      await find({ phone: '+12125550141' }),
      await find({ search: 'ann l' }),
      await find({ search: 'EXAMPLE.EDU' }),
      await find({ search: '%' }),
      await countContacts(db, kit.institutionId),
    ],
    [['B', 'A'], ['A'], [], ['B'], ['A'], ['A'], [], 2],
  );
});

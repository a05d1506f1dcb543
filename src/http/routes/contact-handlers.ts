// Handlers of contacts.
// Invariant: a contact is found within the institution of the path only.

import type { Deps } from '../../deps.ts';
import { AppError } from '../../domain/errors.ts';
import { type ContactId, type InstitutionId, isUuid } from '../../domain/ids.ts';
import { parsePhone, showPhone } from '../../domain/phones.ts';
import { setContact } from '../../inbound/set-contact.ts';
import { type ContactChangeRecord, listContactChanges } from '../../store/contact-changes.ts';
import { type ContactRecord, findContactByCrmId, getContact, listContacts } from '../../store/contacts.ts';
import type { Handlers } from '../call.ts';
import { fetchLimit, idCursor, numberCursor, pageOf } from '../pages.ts';
import type { contactRoutes } from '../table/contact-routes.ts';

export function contactHandlers(deps: Deps): Handlers<typeof contactRoutes> {
  return {
    'contacts.list': async ({ institution, query }) => {
      const { crmId, search } = query;
      // What is no phone number of the country belongs to nobody; it is compared as it stands.
      const phone =
        query.phone === undefined ? undefined : (parsePhone(query.phone, institution.country) ?? query.phone);
      const page = { before: idCursor(query), limit: fetchLimit(query) };
      const contacts = await listContacts(deps.db, institution.id, { crmId, phone, search }, page);
      return pageOf(
        contacts,
        query,
        (one) => one.id,
        (one) => contactView(one, institution.country),
      );
    },
    'contacts.show': async ({ institution, params }) =>
      contactView(await findContact(deps, institution.id, params.contact), institution.country),
    'contacts.update': async ({ institution, params, body, identity }) => {
      const { id } = await findContact(deps, institution.id, params.contact);
      await setContact(deps, identity.actor, institution.id, id, body.values);
      return contactView(await findContact(deps, institution.id, id), institution.country);
    },
    'contacts.changes': async ({ institution, params, query }) => {
      const { id } = await findContact(deps, institution.id, params.contact);
      const page = { before: numberCursor(query), limit: fetchLimit(query) };
      const changes = await listContactChanges(deps.db, institution.id, id, page);
      return pageOf(changes, query, (change) => change.seq, changeView);
    },
  };
}

/** By Causeway ID, else by CRM ID: a CRM ID may look like an id of ours. */
async function findContact(deps: Pick<Deps, 'db'>, institutionId: InstitutionId, text: string): Promise<ContactRecord> {
  const byId = isUuid(text) ? await getContact(deps.db, institutionId, text as ContactId) : null;
  const found = byId ?? (await findContactByCrmId(deps.db, institutionId, text));
  if (found) return found;
  throw new AppError(
    'not-found',
    'no-such-contact',
    'There is no contact with this id in the institution.',
    'CRM IDs are compared as text: capitals and leading zeros count. Look for the contact in the list.',
  );
}

function contactView(contact: ContactRecord, country: string) {
  const { createdImportId: _import, createdRow: _row, createdAt, updatedAt, ...values } = contact;
  return {
    ...values,
    phoneNational: contact.phone === null ? null : showPhone(contact.phone, country),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

function changeView({ at, actor, importId, fileName, row, changes }: ContactChangeRecord) {
  return { at: at.toISOString(), actor, importId, fileName, row, changes };
}

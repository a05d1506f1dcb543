// Routes of contacts. A contact is named by its Causeway ID or by its CRM ID.
// Invariant: whatever an operator reads here is audited.

import { z } from 'zod';
import { institutionParams, page, pageQuery } from '../../api/common.ts';
import { contact, contactChange, contactsQuery, setContactRequest } from '../../api/contacts.ts';
import { standardFields } from '../../domain/fields.ts';
import { route } from './route.ts';

const contactParams = institutionParams.extend({ contact: z.string().describe('Causeway ID or CRM ID') });

export const contactRoutes = {
  'contacts.list': route({
    method: 'GET',
    path: '/institutions/:institution/contacts',
    access: 'viewer',
    summary: 'Contacts, newest first',
    params: institutionParams,
    query: contactsQuery,
    answer: page(contact),
    showsContacts: true,
  }),
  'contacts.show': route({
    method: 'GET',
    path: '/institutions/:institution/contacts/:contact',
    access: 'viewer',
    summary: 'One contact',
    params: contactParams,
    answer: contact,
    showsContacts: true,
  }),
  'contacts.update': route({
    method: 'PATCH',
    path: '/institutions/:institution/contacts/:contact',
    access: 'admin',
    summary: 'Sets fields by hand',
    params: contactParams,
    body: setContactRequest,
    elsewhere: Object.fromEntries(
      [...standardFields.map((field) => field.name), 'custom'].map((name) => [name, 'Put it inside “values”.']),
    ),
    answer: contact,
    showsContacts: true,
  }),
  'contacts.changes': route({
    method: 'GET',
    path: '/institutions/:institution/contacts/:contact/changes',
    access: 'viewer',
    summary: 'The history of a contact, newest first',
    params: contactParams,
    query: pageQuery,
    answer: page(contactChange),
    showsContacts: true,
  }),
};

// The pages of contacts: list and one contact.

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { contactChangesQuery, contactQuery, contactsQuery } from '../api/contacts.ts';
import { fieldsQuery } from '../api/institutions.ts';
import { institutionRoute } from './one-institution.ts';
import { type Search, text } from './search.ts';

type ContactSearch = { search?: string | undefined; cursor?: string | undefined };

const contactsRoute = createRoute({
  getParentRoute: () => institutionRoute,
  path: 'contacts',
  validateSearch: (search: Search): ContactSearch => ({ search: text(search.search), cursor: text(search.cursor) }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) => context.queries.ensureQueryData(contactsQuery(params.institution, deps)),
  component: lazyRouteComponent(() => import('../pages/contacts/contacts-page.tsx'), 'ContactsPage'),
});

const contactRoute = createRoute({
  getParentRoute: () => institutionRoute,
  path: 'contacts/$contactId',
  validateSearch: (search: Search): { cursor?: string | undefined } => ({ cursor: text(search.cursor) }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) =>
    Promise.all([
      context.queries.ensureQueryData(contactQuery(params.institution, params.contactId)),
      context.queries.ensureQueryData(contactChangesQuery(params.institution, params.contactId, deps.cursor)),
      context.queries.ensureQueryData(fieldsQuery(params.institution)),
    ]),
  component: lazyRouteComponent(() => import('../pages/contacts/contact-page.tsx'), 'ContactPage'),
});

export const contactRoutes = [contactsRoute, contactRoute] as const;

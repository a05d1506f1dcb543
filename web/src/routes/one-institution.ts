// The parent of all pages of one institution: knows it, or says that there is none.

import { createRoute, Outlet } from '@tanstack/react-router';
import { institutionQuery } from '../api/institutions.ts';
import { shellRoute } from './root.ts';

export const institutionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/i/$institution',
  loader: ({ context, params }) => context.queries.ensureQueryData(institutionQuery(params.institution)),
  component: Outlet,
});

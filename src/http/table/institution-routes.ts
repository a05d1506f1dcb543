// Routes of institutions, their overview and their fields.
// Invariant: lists show an operator everything and everyone else the own institution only.

import { institutionParams, page, pageQuery, shortListQuery } from '../../api/common.ts';
import {
  createFieldRequest,
  createInstitutionRequest,
  field,
  institution,
  institutionOverview,
  updateInstitutionRequest,
} from '../../api/institutions.ts';
import { route } from './route.ts';

export const institutionRoutes = {
  'institutions.list': route({
    method: 'GET',
    path: '/institutions',
    access: 'signed-in',
    summary: 'Institutions that the caller may see, newest first',
    query: pageQuery,
    answer: page(institution),
  }),
  'institutions.create': route({
    method: 'POST',
    path: '/institutions',
    access: 'operator',
    summary: 'Makes an institution and its first feed, which is off and has a login that works',
    body: createInstitutionRequest,
    answer: institution,
    status: 201,
  }),
  'institutions.show': route({
    method: 'GET',
    path: '/institutions/:institution',
    access: 'viewer',
    summary: 'One institution',
    params: institutionParams,
    answer: institution,
  }),
  'institutions.update': route({
    method: 'PATCH',
    path: '/institutions/:institution',
    access: 'admin',
    summary: 'Changes name, time zone or country',
    params: institutionParams,
    body: updateInstitutionRequest,
    elsewhere: { slug: 'It never changes: it stands in addresses and commands.' },
    answer: institution,
  }),
  'institutions.overview': route({
    method: 'GET',
    path: '/overview',
    access: 'signed-in',
    summary: 'What waits for a person, and when something last came, per institution',
    query: pageQuery,
    answer: page(institutionOverview),
  }),
  'fields.list': route({
    method: 'GET',
    path: '/institutions/:institution/fields',
    access: 'viewer',
    summary: 'Standard fields and the institution’s own, in the order of the pages (one page unless a limit is given)',
    params: institutionParams,
    query: shortListQuery,
    answer: page(field),
  }),
  'fields.create': route({
    method: 'POST',
    path: '/institutions/:institution/fields',
    access: 'admin',
    summary: 'Makes a custom field. Its type never changes.',
    params: institutionParams,
    body: createFieldRequest,
    answer: field,
    status: 201,
  }),
};

// What the route table can say of a route.
// Invariant: paths stand below /api/v1; `:institution` is a slug or an id, and `/imports/:id` and `/transfers/:id` belong to their institution.

import type { z } from 'zod';

/**
 * Who may use a route. `public`: anyone. `signed-in`: any user or token. `viewer`: everyone of the institution.
 * `admin`: its admins. `operator`: operators, who may also use all the others. Other institutions are answered 404.
 */
export type Access = 'public' | 'signed-in' | 'viewer' | 'admin' | 'operator';

/**
 * Bytes instead of JSON: the body as it is, or `multipart/form-data` with the part `file`; before it the part `mapping` (JSON),
 * where the route takes one. `types`: what a plain body usually is.
 */
export type BytesBody = { bytes: 'file'; mapping?: z.ZodType; types?: readonly string[] };

export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  access: Access;
  summary: string;
  params?: z.ZodType;
  /** Without one, the address takes no parameters. */
  query?: z.ZodType;
  /** Without one, a body may have no members. */
  body?: z.ZodType | BytesBody;
  /** For members of the answer that the body does not take: how they are changed, as a sentence. */
  elsewhere?: Readonly<Record<string, string>>;
  /** The JSON answer, a download of this media type, or nothing (204). */
  answer: z.ZodType | { file: string } | null;
  status?: 200 | 201 | 202;
  /** It shows values of contacts: an operator's use of it is audited. */
  showsContacts?: true;
  /** At most so many requests a minute from one address, besides all other limits. */
  perMinute?: number;
};

/** Keeps the literal types of a route. */
export function route<const R extends Route>(one: R): R {
  return one;
}

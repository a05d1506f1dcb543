// Set-up, sign-in, users, API tokens, the audit log and facts about this installation.

import { z } from 'zod';
import { hostKey, instant, pageQuery, slug, uuid } from './common.ts';

export const role = z.enum(['operator', 'admin', 'viewer']);
export type Role = z.infer<typeof role>;

/** RFC 5321 section 4.5.3.1.3 leaves 254 characters for an address. */
const email = z.email().max(254);
export const password = z.string().min(12, 'Use at least 12 characters.').max(256);

/** Who is signed in, and what of. `institution` is null for an operator. */
export const me = z
  .object({
    id: uuid,
    kind: z.enum(['user', 'token']),
    name: z.string(),
    email: z.string().nullable(),
    role,
    institution: z.object({ id: uuid, slug, name: z.string() }).nullable(),
  })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof me>;

export const setupState = z.object({ needed: z.boolean() });
export const setupRequest = z.object({
  token: z.string().min(1),
  name: z.string().trim().min(1).max(200),
  email,
  password,
});

export const signInRequest = z.object({ email: z.string().max(320), password: z.string().max(1024) });
/** Changing one's own password; every other session of the user ends. */
export const changePasswordRequest = z.object({ current: z.string().max(1024), password });

export const user = z
  .object({
    id: uuid,
    email: z.string(),
    name: z.string(),
    role,
    institution: slug.nullable(),
    active: z.boolean(),
    createdAt: instant,
    lastSignInAt: instant.nullable(),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof user>;
export const createUserRequest = z.object({
  email,
  name: z.string().trim().min(1).max(200),
  role,
  institution: z.string().optional(),
  password,
});
export const updateUserRequest = z.object({
  active: z.boolean().optional(),
  password: password.optional(),
  name: z.string().trim().min(1).max(200).optional(),
});
/** Users and tokens: an operator sees all of them, or those of one institution. */
export const ofInstitutionQuery = pageQuery.extend({ institution: z.string().optional().describe('slug or id') });

export const token = z
  .object({
    id: uuid,
    name: z.string(),
    role,
    institution: slug.nullable(),
    hint: z.string().describe('the beginning and the end of the token'),
    createdBy: z.string(),
    createdAt: instant,
    expiresAt: instant.nullable(),
    lastUsedAt: instant.nullable(),
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'Token' });
export type Token = z.infer<typeof token>;
export const createTokenRequest = z.object({
  name: z.string().trim().min(1).max(200),
  role,
  institution: z.string().optional(),
  expiresAt: instant.optional(),
});
/** The only answer that holds the token itself. */
export const createdToken = z.object({ token, secret: z.string() });

export const auditEvent = z
  .object({
    seq: z.number().int(),
    at: instant,
    actor: z.object({ kind: z.string(), id: z.string().nullable(), name: z.string() }),
    action: z.string(),
    subject: z.string(),
    facts: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEvent' });
export type AuditEvent = z.infer<typeof auditEvent>;
export const auditQuery = pageQuery;

/** What every page and the sender's guide need to know of this installation. */
export const serverInfo = z
  .object({
    version: z.string(),
    sftp: z.object({
      host: z.string(),
      port: z.number().int(),
      hostKeys: z.array(hostKey),
    }),
    settleSeconds: z.number(),
    egressAddresses: z.array(z.string()).describe('the addresses that destinations see us come from, for allow-lists'),
  })
  .meta({ id: 'ServerInfo' });
export type ServerInfo = z.infer<typeof serverInfo>;

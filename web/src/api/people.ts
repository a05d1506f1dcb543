// Users, API tokens and the audit log; of one institution, or of the installation for operators.

import type { AuditEvent, Token, User } from '@api/accounts.ts';
import { queryOptions } from '@tanstack/react-query';
import { getJson, sendJson } from './client.ts';
import { at } from './institutions.ts';
import { type ListPage, pageSize } from './list.ts';

export const usersQuery = (institution: string | undefined) =>
  queryOptions({
    queryKey: ['users', institution ?? ''],
    queryFn: ({ signal }) => getJson<ListPage<User>>('/users', { institution, limit: 1000 }, signal),
  });

export type Role = User['role'];
export type NewUser = { email: string; name: string; role: Role; institution?: string; password: string };
export const createUser = (request: NewUser) => sendJson<User>('POST', '/users', request);
export const updateUser = (id: string, change: { active?: boolean; password?: string; name?: string }) =>
  sendJson<User>('PATCH', `/users/${id}`, change);

export const tokensQuery = (institution: string | undefined) =>
  queryOptions({
    queryKey: ['tokens', institution ?? ''],
    queryFn: ({ signal }) => getJson<ListPage<Token>>('/tokens', { institution, limit: 1000 }, signal),
  });

export type NewToken = { name: string; role: Role; institution?: string; expiresAt?: string };
/** The answer is the only one that ever holds the token itself. */
export const createToken = (request: NewToken) =>
  sendJson<{ token: Token; secret: string }>('POST', '/tokens', request);
export const revokeToken = (id: string) => sendJson<Token>('POST', `/tokens/${id}/revoke`);

export const auditQuery = (institution: string | undefined, cursor: string | undefined) =>
  queryOptions({
    queryKey: ['audit', institution ?? '', cursor ?? ''],
    queryFn: ({ signal }) =>
      getJson<ListPage<AuditEvent>>(
        institution === undefined ? '/audit' : `${at(institution)}/audit`,
        { cursor, limit: pageSize },
        signal,
      ),
  });

// Set-up, sign-in, and what the pages need to know of this installation.

import type { Me, ServerInfo } from '@api/accounts.ts';
import { queryOptions } from '@tanstack/react-query';
import { getJson, isSignedOut, sendJson } from './client.ts';

/** Who is signed in; null when nobody is. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      return await getJson<Me>('/session', {}, signal);
    } catch (error) {
      if (isSignedOut(error)) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

/** Is this installation still without its first operator? */
export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: ({ signal }) => getJson<{ needed: boolean }>('/setup', {}, signal),
});

export const serverQuery = queryOptions({
  queryKey: ['server'],
  queryFn: ({ signal }) => getJson<ServerInfo>('/server', {}, signal),
  staleTime: 300_000,
});

export type SetupRequest = { token: string; name: string; email: string; password: string };

export const setUp = (request: SetupRequest) => sendJson<Me>('POST', '/setup', request);
export const signIn = (request: { email: string; password: string }) => sendJson<Me>('POST', '/session', request);
export const signOut = () => sendJson<void>('DELETE', '/session');
/** Changes one's own password; every other session of the user ends. */
export const changePassword = (request: { current: string; password: string }) =>
  sendJson<void>('POST', '/session/password', request);

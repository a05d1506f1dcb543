// Who is signed in, for pages inside the shell.

import type { Me } from '@api/accounts.ts';
import { useRouteContext } from '@tanstack/react-router';

export function useMe(): Me {
  return useRouteContext({ from: '/shell', select: (context) => context.me });
}

/** May this person change things in the institution? Viewers read and download. */
export function useCanEdit(): boolean {
  return useMe().role !== 'viewer';
}

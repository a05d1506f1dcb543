// The cache of what the API answered. Invariant: no failure is silent; a page that has data keeps it and says that it may be old.

import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { meQuery } from './account.ts';
import { ApiProblem, isSignedOut } from './client.ts';

declare module '@tanstack/react-query' {
  interface Register {
    /** `shown`: the page shows the refusal itself, beside what was tried. */
    mutationMeta: { shown?: boolean };
  }
}

type Listeners = { onProblem: (error: unknown) => void; onSignedOut: () => void };

export function createQueries({ onProblem, onSignedOut }: Listeners): QueryClient {
  const signedOut = () => {
    client.setQueryData(meQuery.queryKey, null);
    onSignedOut();
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (isSignedOut(error)) signedOut();
        else if (query.state.data !== undefined) onProblem(error);
      },
    }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _result, mutation) => {
        if (mutation.meta?.shown === true) return;
        if (isSignedOut(error)) signedOut();
        else onProblem(error);
      },
    }),
    defaultOptions: {
      queries: {
        retry: (attempts, error) => attempts < 2 && mayPass(error),
        networkMode: 'always',
        staleTime: 2_000,
      },
      mutations: { networkMode: 'always' },
    },
  });
  return client;
}

function mayPass(error: unknown): boolean {
  return error instanceof ApiProblem && (error.problem.status === 0 || error.problem.status >= 502);
}

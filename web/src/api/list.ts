// A page of a list, as every list of the API answers it.

export type ListPage<Item> = { items: Item[]; next: string | null };

/** How many rows a page of a table shows. */
export const pageSize = 50;

/** For answers with values of contacts: each reading by an operator is an entry of the audit log, so none is made in vain. */
export const readSparingly = { staleTime: 10_000, refetchOnWindowFocus: false } as const;

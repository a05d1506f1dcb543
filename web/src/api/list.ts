// A page of a list, as every list of the API answers it.

export type ListPage<Item> = { items: Item[]; next: string | null };

/** How many rows a page of a table shows. */
export const pageSize = 50;

// The filters of the transfer history, as they stand in the address.

import type { TransferView } from '@api/transfers.ts';

export type TransferSearch = {
  status?: TransferView['status'] | undefined;
  trigger?: TransferView['trigger'] | undefined;
  dataset?: TransferView['dataset'] | undefined;
  destination?: string | undefined;
  cursor?: string | undefined;
};

export function isFiltered(search: TransferSearch): boolean {
  return [search.status, search.trigger, search.dataset, search.destination].some((value) => value !== undefined);
}

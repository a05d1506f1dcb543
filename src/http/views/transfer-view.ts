// Transfers as the API shows them; the words come from the domain.
// Invariant: positions of a window are opaque text, and nothing here holds a value of a record.

import type { z } from 'zod';
import type { TransferView, transferDays } from '../../api/transfers.ts';
import { type TransferRecord, transferState } from '../../domain/transfer.ts';
import type { TransferDay } from '../../store/transfers.ts';
import { failureView, stageView } from './destination-view.ts';

export function transferView(transfer: TransferRecord, timeZone: string, now: Date): TransferView {
  const { file, window, startedAt, finishedAt } = transfer;
  return {
    id: transfer.id,
    institution: transfer.institution,
    destinationId: transfer.destinationId,
    destinationName: transfer.destinationName,
    dataset: transfer.dataset,
    trigger: transfer.trigger,
    status: transfer.status,
    state: transferState(transfer, timeZone, now),
    rows: transfer.rows,
    bytes: file?.bytes ?? null,
    fileName: file?.name ?? null,
    sha256: file?.sha256 ?? null,
    window: window && { from: String(window.from), to: String(window.to) },
    windowNumber: window?.number ?? null,
    windowOf: transfer.windowOf,
    stages: transfer.stages.map(stageView),
    notes: [...transfer.notes],
    failure: transfer.failure && failureView(transfer.failure),
    inDoubt: transfer.inDoubt,
    retryAt: transfer.retryAt?.toISOString() ?? null,
    slotAt: transfer.slotAt?.toISOString() ?? null,
    startedBy: transfer.startedBy,
    queuedAt: transfer.queuedAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    finishedAt: finishedAt?.toISOString() ?? null,
    duration: startedAt && finishedAt ? Math.max(0, finishedAt.getTime() - startedAt.getTime()) : null,
    canResend: transfer.status === 'succeeded' && file !== null,
  };
}

/** Every day of the chart, from `first` to `last` (YYYY-MM-DD), also those on which nothing was sent. */
export function transferDaysView(
  days: readonly TransferDay[],
  first: string,
  last: string,
): z.input<typeof transferDays> {
  const known = new Map(days.map((day) => [day.day, day]));
  const all: TransferDay[] = [];
  const end = Temporal.PlainDate.from(last);
  for (let day = Temporal.PlainDate.from(first); Temporal.PlainDate.compare(day, end) <= 0; day = day.add({ days: 1 }))
    all.push(known.get(day.toString()) ?? { day: day.toString(), delivered: 0, failed: 0, rows: 0 });
  return { days: all };
}

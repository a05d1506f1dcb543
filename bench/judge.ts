// Holds measurements against the limits of their rows, and puts them into words.
// Invariant: a figure that is no number breaks its limit.

import type { Measurement } from './measurement.ts';
import type { BenchRow } from './rows.ts';

export type Judged = Measurement & BenchRow & { ok: boolean };

/** Throws for a result without a row. */
export function judged(results: readonly Measurement[], rows: Readonly<Record<string, BenchRow>>): Judged[] {
  return results.map((result) => {
    const row = rows[result.name];
    if (!row) throw new Error(`${result.name} stands in no row`);
    return { ...result, ...row, ok: result.ratio <= row.limit };
  });
}

export function failureOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Name, ours, peer, who the peer is, ratio, ratio of CPU time, limit. */
export function tableRows(results: readonly Judged[]): string[][] {
  return results.map((result) => {
    const { name, peerName } = result;
    const verdict = `${limitText(result)} ${result.ok ? 'kept' : 'BROKEN'}`;
    return [name, oursText(result), peerText(result), peerName, result.ratio.toFixed(2), cpuRatio(result), verdict];
  });
}

/** A section for docs/performance.md. */
export function markdown(
  { machine, date, load }: { machine: string; date: string; load: readonly string[] },
  results: readonly Judged[],
): string {
  const lines = results.map((result) => {
    const peer = result.peerName === 'limit' ? '–' : `${result.peerName} ${peerText(result)}`;
    const ratio = `${result.ratio.toFixed(2)}${result.ok ? '' : ' (not kept)'}`;
    const cells = [result.name, result.work, limitText(result), oursText(result), peer, ratio, cpuRatio(result)];
    return `| ${[...cells, result.bound].join(' | ')} |`;
  });
  return [
    `## ${date}, ${machine}, load ${load.join(' ')} at the end`,
    '',
    '| benchmark | work | limit | ours | peer | ratio | of CPU time | what bounds it |',
    '|---|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

function oursText({ ours, unit, facts = {} }: Judged): string {
  const more = ['p50', 'max'].flatMap((name) => (name in facts ? [`${name} ${figure(facts[name])}`] : []));
  return `${figure(ours)} ${unit}${more.length > 0 ? ` (${more.join(', ')})` : ''}`;
}

function peerText({ peer, unit }: Judged): string {
  return `${figure(peer)} ${unit}`;
}

function limitText({ limit, peer, peerName, unit }: Judged): string {
  return peerName === 'limit' ? `≤ ${peer} ${unit}` : `≤ ${limit} ×`;
}

function cpuRatio({ cpu }: Judged): string {
  return cpu ? (cpu.ours / cpu.peer).toFixed(2) : '–';
}

function figure(value: number | undefined): string {
  if (value === undefined) return '–';
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

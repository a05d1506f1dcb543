// What must be true of the remote folder and of the transfers: the files of an undisturbed run, byte for byte, in one chain of windows.
// Invariant: every finding is a sentence; an empty list is the only good answer.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TransferView } from '../../src/api/transfers.ts';
import type { Fault } from './faults.ts';
import type { Expected, Receiver } from './receiver.ts';

/** Faults that may make an attempt fail; whatever else happens, it must go on by itself. */
const failing: readonly Fault[] = ['line cut', 'replies lost', 'remote killed', 'disk full'];

/** The transfers of one round: one has delivered the window, others have failed for a reason, or found nothing more to send. */
export function checkTransfers(mine: readonly TransferView[], wanted: Expected, blows: readonly Fault[]): string[] {
  const found: string[] = [];
  const delivered = mine.filter(({ status }) => status === 'succeeded');
  const is = delivered.map(({ rows, fileName, inDoubt }) => ({ rows, fileName, inDoubt }));
  const must = [{ rows: wanted.rows, fileName: wanted.fileName, inDoubt: false }];
  if (JSON.stringify(is) !== JSON.stringify(must))
    found.push(`delivered was ${JSON.stringify(is)} instead of ${JSON.stringify(must)}`);
  const mayFail = blows.some((fault) => failing.includes(fault));
  for (const { status, failure, rows } of mine) {
    if (status === 'failed' && !mayFail) found.push(`a transfer failed after ${blows.join(', ')}: ${failure?.detail}`);
    if (status === 'empty' && rows !== 0) found.push(`an empty transfer has ${rows} rows`);
  }
  return found;
}

/** Exactly these files with their manifests and markers, and nothing else. */
export async function checkNames(receiver: Receiver, expected: readonly Expected[]): Promise<string[]> {
  const endings = ['', '.manifest.json', '.done'];
  const wanted = new Set(expected.flatMap(({ fileName }) => endings.map((ending) => fileName + ending)));
  const names = await receiver.names();
  return [
    ...names.filter((name) => !wanted.has(name)).map((name) => `${name} is there and should not be`),
    ...[...wanted].filter((name) => !names.includes(name)).map((name) => `${name} is missing`),
  ];
}

export async function checkFile({ partner }: Receiver, one: Expected): Promise<string[]> {
  const found: string[] = [];
  const at = (ending: string) => join(partner.local(partner.folder), one.fileName + ending);
  const bytes = await readFile(at('')).catch(() => Buffer.alloc(0));
  if (!bytes.equals(one.bytes))
    found.push(`${one.fileName}: ${bytes.length} bytes are not the ${one.bytes.length} expected`);
  const sha256 = createHash('sha256').update(one.bytes).digest('hex');
  const done = await readFile(at('.done'), 'utf8').catch(() => '');
  if (done !== `${sha256}  ${one.fileName}\n`) found.push(`${one.fileName}.done says ${JSON.stringify(done)}`);
  const text = await readFile(at('.manifest.json'), 'utf8').catch(() => '{}');
  const manifest = JSON.parse(text) as Record<string, unknown>;
  if (manifest.sha256 !== sha256 || manifest.fileName !== one.fileName || manifest.rows !== one.rows)
    found.push(`${one.fileName}.manifest.json does not fit its file`);
  return found;
}

/** Nothing is left to send, nothing is open, and the windows that moved the watermark follow one another. */
export async function checkEnd(receiver: Receiver, expected: readonly Expected[]): Promise<string[]> {
  const found: string[] = [];
  const preview = await receiver.preview();
  if (preview.count !== 0 || preview.startsFrom.kind !== 'watermark')
    found.push(`the watermark is wrong: ${preview.count} rows would be sent, from ${preview.startsFrom.kind}`);
  const all = (await receiver.allTransfers()).toReversed();
  const files = all.filter(({ status }) => status === 'succeeded').map(({ fileName }) => fileName);
  if (JSON.stringify(files) !== JSON.stringify(expected.map(({ fileName }) => fileName)))
    found.push(`the delivered files were ${files.join(', ')}`);
  const windows = all.filter(({ status }) => status === 'succeeded' || status === 'empty');
  const numbers = windows.map(({ windowNumber }) => windowNumber);
  if (numbers.some((number, index) => number !== index + 1)) found.push(`the windows are ${numbers.join(', ')}`);
  if (windows.some(({ window }, index) => index > 0 && window?.from !== windows[index - 1]?.window?.to))
    found.push('the windows do not follow one another');
  if (all.some(({ inDoubt }) => inDoubt)) found.push('a transfer is in doubt at the end');
  return found;
}

// Columns that hold one value in parts: area code and number, first to third major.
// Invariant: parts are offered together or not at all.

import { isOfAnother } from './label-matches.ts';
import { normaliseLabel, showLabel } from './labels.ts';

type SplitOffer = { field: string; positions: number[]; cost: number; reason: string; separator: string };

/** `cells` gives the texts of a column that are not blank. */
export function findSplitColumns(
  labels: readonly string[],
  positions: readonly number[],
  cells: (position: number) => string[],
): SplitOffer[] {
  const byName = new Map(positions.map((position) => [normaliseLabel(labels[position] ?? ''), position]));
  const offers: SplitOffer[] = [];
  for (const [name, area] of byName) {
    const number = numberColumn(name, byName);
    if (number === undefined || cells(number).some(isWholeNumber)) continue;
    const reason = `${show(labels[area])} and ${show(labels[number])} are the area code and the number of one phone`;
    offers.push({ field: 'phone', positions: [area, number], cost: 20, separator: '', reason });
  }
  const majors = ['major1', 'major2', 'major3'].flatMap((name) => byName.get(name) ?? []);
  if (majors.length > 1) {
    const reason = `${majors.map((position) => show(labels[position])).join(', ')} are parts of one list`;
    offers.push({ field: 'majors', positions: majors, cost: 0, separator: ';', reason });
  }
  return offers;
}

const areaName = /^(.*?)area(?:code|cd)?$/;
const phoneWords = /phone|tele|cell|mobile/;

/** The column with the number that belongs to an area code: `SPRTELE_PHONE_NUMBER` to `SPRTELE_PHONE_AREA`. */
function numberColumn(name: string, byName: ReadonlyMap<string, number>): number | undefined {
  const base = areaName.exec(name)?.[1];
  if (base === undefined || isOfAnother(base) || /home/.test(base)) return undefined;
  if (base !== '' && !phoneWords.test(base)) return undefined;
  const names = base === '' ? ['phonenumber', 'phone', 'cellphone', 'mobile'] : [];
  for (const ending of ['number', 'num', 'no', 'nbr', '', 'phone', 'phonenumber'])
    if (base !== '') names.push(base + ending);
  for (const candidate of names) {
    const position = byName.get(candidate);
    if (position !== undefined) return position;
  }
  return undefined;
}

/** Ten digits and more: the area code is in it already. */
function isWholeNumber(text: string): boolean {
  return text.replace(/\D/g, '').length >= 10;
}

function show(label: string | undefined): string {
  return `“${showLabel(label ?? '')}”`;
}

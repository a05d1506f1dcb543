// Which field a label may mean, by its name alone, how surely, and why in words.
// Invariant: a label with words of another person (parent, advisor, emergency …) never means a field of the contact.

import type { Field } from './fields.ts';
import { describeDifference, editDistance, normaliseLabel, showLabel } from './labels.ts';

/** A smaller cost is a better match; 1000 and more is a guess at a misspelling. */
export type LabelMatch = { field: string; cost: number; reason: string };

type Known = { field: string; title: string; label: string; rank: number };
export type KnownLabels = { exact: Map<string, Known>; normalised: Map<string, Known> };

/** Every title and synonym of the fields, ready to be looked up. */
export function knownLabels(fields: readonly Field[]): KnownLabels {
  const known: KnownLabels = { exact: new Map(), normalised: new Map() };
  for (const { name, title, synonyms } of fields)
    for (const [rank, label] of [...new Set([...synonyms, title])].entries()) {
      const entry = { field: name, title, label, rank };
      if (!known.exact.has(label)) known.exact.set(label, entry);
      const normalised = normaliseLabel(label);
      if (!known.normalised.has(normalised)) known.normalised.set(normalised, entry);
    }
  return known;
}

const qualifiers = /^(?:student|applicant|prospect|contact|person|recipient)s?(?=.)/;
const personTables = /^(?:students?|applicants?|prospects?|contacts?|persons?|people|users?|s|u|p|c)$/;

/** `prefixes`: table names that many labels of this file begin with, normalised. */
export function matchLabel(label: string, known: KnownLabels, prefixes: ReadonlySet<string>): LabelMatch | null {
  const whole = matchName(label, known);
  if (whole !== null) return whole;
  const { prefix, rest } = splitPrefix(label);
  if (rest !== label && (personTables.test(prefix) || prefixes.has(prefix))) {
    const inner = matchName(rest, known);
    if (inner !== null)
      return { ...inner, cost: inner.cost + 100, reason: `${show(label)} ends in ${show(rest)}, a usual label` };
  }
  return matchQualified(label, known) ?? matchMisspelt(label, known);
}

/** The part before the last `.`, `:` or `]` of `TABLE.Field`, normalised, and the part behind it. */
export function splitPrefix(label: string): { prefix: string; rest: string } {
  const cut = Math.max(label.lastIndexOf('.'), label.lastIndexOf(':'), label.lastIndexOf(']'));
  if (cut <= 0 || cut === label.length - 1) return { prefix: '', rest: label };
  return { prefix: normaliseLabel(label.slice(0, cut)), rest: label.slice(cut + 1) };
}

function matchName(label: string, known: KnownLabels): LabelMatch | null {
  const exact = known.exact.get(label);
  if (exact !== undefined) return { field: exact.field, cost: exact.rank, reason: exactReason(label, exact) };
  const near = known.normalised.get(normaliseLabel(label));
  if (near === undefined) return null;
  const difference = describeDifference(label, near.label);
  return {
    field: near.field,
    cost: near.rank + 0.5,
    reason: `${show(label)} differs from ${show(near.label)} by ${difference}`,
  };
}

function exactReason(label: string, { title }: Known): string {
  if (label === title) return `${show(label)} is the name of the field`;
  const system = systemOfLabel(label);
  return system === null ? `${show(label)} is a usual label for ${title}` : `${system} calls it ${show(label)}`;
}

const systems: readonly [RegExp, string][] = [
  [/^(?:SPR|SPB|GOR|SHR)[A-Z]+_/, 'Ellucian Banner'],
  [/^(?:EMPLID|EMAIL_ADDR)$/, 'Oracle PeopleSoft'],
  [/^Slate /, 'Slate'],
  [/^(?:sourcedId|givenName|familyName|preferredFirstName)$/, 'OneRoster'],
];

/** Whose label it is, where only one system writes it so. */
function systemOfLabel(label: string): string | null {
  return systems.find(([pattern]) => pattern.test(label))?.[1] ?? null;
}

function matchQualified(label: string, known: KnownLabels): LabelMatch | null {
  const normalised = normaliseLabel(label);
  const bare = normalised.replace(qualifiers, '');
  const found = bare === normalised ? undefined : known.normalised.get(bare);
  if (found === undefined) return null;
  return {
    field: found.field,
    cost: found.rank + 200,
    reason: `${show(label)} is ${show(found.label)} with a word before it`,
  };
}

/** Long names only, letters only, and never when two fields come equally near: Country and County are two things. */
function matchMisspelt(label: string, known: KnownLabels): LabelMatch | null {
  const normalised = normaliseLabel(label);
  if (normalised.length < 8 || normalised.length > 60 || !/^[a-z]+$/.test(normalised)) return null;
  let best: Known | null = null;
  let bestDistance = normalised.length >= 12 ? 2 : 1;
  let rivals = 0;
  for (const [other, entry] of known.normalised) {
    if (other.length < 8) continue;
    const distance = editDistance(normalised, other, bestDistance);
    if (distance > bestDistance) continue;
    if (best === null || distance < bestDistance) rivals = 0;
    else if (entry.field !== best.field) rivals++;
    if (best === null || distance < bestDistance) best = entry;
    bestDistance = distance;
  }
  if (best === null || rivals > 0 || isOfAnother(label)) return null;
  return { field: best.field, cost: 1000 + best.rank, reason: `${show(label)} is nearly ${show(best.label)}` };
}

const others =
  /parent|guardian|mother|father|mom|dad|advis|counsel|coach|emergency|spouse|sibling|recruit|staff|faculty|officer|teacher|coordinator|manager|owner|modified|created|updated|work|office|fax|secondary|alternat|other|previous|former|old|second|\d/i;

/** Does a label speak of another person, or of a further value of the same kind? */
export function isOfAnother(label: string): boolean {
  return others.test(label);
}

function show(label: string): string {
  return `“${showLabel(label)}”`;
}

// Names of delivered files: made from a template, checked before they are saved, numbered when one is taken.
// Invariant: a checked template gives only names that are one plain segment of a path and that no receiver takes for unfinished.

import type { Dataset } from './dataset.ts';
import { AppError } from './errors.ts';
import { nearestTo, showLabel } from './labels.ts';

/** What a name can be made of. `cutAt` is written in `timeZone`; positions of the window are opaque numbers. */
export type NameFacts = {
  institution: string;
  dataset: Dataset;
  cutAt: Date;
  timeZone: string;
  number: number;
  rows: number;
  window: { from: number; to: number };
};

const tokens = {
  institution: (facts: NameFacts) => facts.institution,
  dataset: (facts: NameFacts) => facts.dataset,
  date: (facts: NameFacts) => local(facts).toPlainDate().toString(),
  time: (facts: NameFacts) => local(facts).toPlainTime().toString({ smallestUnit: 'second' }).replaceAll(':', ''),
  number: (facts: NameFacts) => String(facts.number),
  rows: (facts: NameFacts) => String(facts.rows),
  window: ({ window }: NameFacts) => `${window.from}-${window.to}`,
};
type Token = keyof typeof tokens;
export const nameTokens = Object.keys(tokens) as Token[];

const tokenPattern = /\{([^{}]*)\}/g;

function isToken(name: string): name is Token {
  return Object.hasOwn(tokens, name);
}

function local({ cutAt, timeZone }: NameFacts): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(cutAt.getTime()).toZonedDateTimeISO(timeZone);
}

/** The name that a checked template gives; an encrypted file ends with `.pgp` unless the template says `.pgp`, `.gpg` or `.asc`. */
export function fileNameFrom(template: string, facts: NameFacts, encrypted: boolean): string {
  const name = template.replace(tokenPattern, (whole, token: string) =>
    isToken(token) ? tokens[token](facts) : whole,
  );
  return encrypted && !/\.(?:pgp|gpg|asc)$/i.test(name) ? `${name}.pgp` : name;
}

/** A name without its ending; an ending of encryption stands behind the other one. */
export function stemAndEnding(name: string): { stem: string; ending: string } {
  const [, stem = name, ending = ''] = /^(.+?)((?:\.[a-z0-9]{1,10})?(?:\.(?:pgp|gpg|asc))?)$/i.exec(name) ?? [];
  return { stem, ending };
}

/** `students.csv` → `students-2.csv`, `students.csv.pgp` → `students-2.csv.pgp`. */
export function numberedName(name: string, number: number): string {
  const { stem, ending } = stemAndEnding(name);
  return `${stem}-${number}${ending}`;
}

/** The name itself, or with the lowest number from 2 on that is not taken. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name;
  for (let number = 2; ; number++) {
    const numbered = numberedName(name, number);
    if (!isTaken(numbered)) return numbered;
  }
}

/** Longest name in bytes of UTF-8: servers take 255, and a temporary or manifest name is longer. */
const longestName = 200;
/** Receivers wait for the rename of these. */
const unfinished = /(?:\.part|\.tmp|\.filepart|~)$/i;

/**
 * Throws AppError `unknown-name-token` (with the nearest one that there is) or `bad-file-name`. `institution` is the slug.
 */
export function checkNameTemplate(template: string, about: { institution: string; dataset: Dataset }): void {
  for (const [whole, token = ''] of template.matchAll(tokenPattern))
    if (!isToken(token)) throw unknownToken(whole, token);
  if (/[{}]/.test(template.replace(tokenPattern, '')))
    throw badName('has a brace without its partner', 'Write { and } only around a name, such as {date}.');
  // The longest that each can get within decades of hourly files.
  const window = { from: 9_999_999, to: 9_999_999 };
  const far = { cutAt: new Date(0), timeZone: 'UTC', number: 9_999_999, rows: 99_999_999, window };
  const name = fileNameFrom(template, { ...about, ...far }, false);
  if (/[/\\]/.test(name))
    throw badName('has a slash in it', 'Give the folder as the path of the destination, and only a name here.');
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(name))
    throw badName('has an invisible character in it', 'Type the name anew instead of pasting it.');
  if (name.trim() !== name || name === '')
    throw badName('is empty, or begins or ends with a space', 'Write a name such as {dataset}-{date}-{number}.csv.');
  if (name.startsWith('.')) throw badName('begins with a dot', 'Servers hide such files. Begin with a letter.');
  if (unfinished.test(name))
    throw badName(
      'ends as the names of unfinished files do',
      'Receivers wait until a file with such a name is renamed. End with .csv or .txt.',
    );
  if (new TextEncoder().encode(name).length > longestName)
    throw badName(
      `can become longer than ${longestName} bytes`,
      'Servers take 255, and a manifest’s name is longer. Make it shorter.',
    );
}

function unknownToken(whole: string, token: string): AppError {
  const [near] = nearestTo(token, nameTokens, 1);
  const all = nameTokens.map((name) => `{${name}}`).join(', ');
  return new AppError(
    'invalid',
    'unknown-name-token',
    `${showLabel(whole)} in the file name is not known.`,
    near === undefined ? `Use one of ${all}.` : `Did you mean {${near}}? There are ${all}.`,
    [{ name: 'file.nameTemplate', message: near === undefined ? 'Is not known.' : `Did you mean {${near}}?` }],
  );
}

function badName(what: string, remedy: string): AppError {
  const message = `${what[0]?.toUpperCase()}${what.slice(1)}.`;
  return new AppError('invalid', 'bad-file-name', `The file name ${what}.`, remedy, [
    { name: 'file.nameTemplate', message },
  ]);
}

/** What a person should know of a template that can give the same name again; null when it cannot. */
export function sameNameNote(file: { nameTemplate: string; sameName: 'number' | 'replace' }): string | null {
  const has = (token: Token) => file.nameTemplate.includes(`{${token}}`);
  if (has('number') || has('window') || (has('date') && has('time'))) return null;
  const when = has('date') ? 'Two files of the same day' : 'All files';
  return file.sameName === 'number'
    ? `${when} get the same name: from the second on a number is added, such as -2. With {number} in the name each is told apart from the beginning.`
    : `${when} get the same name, and each replaces the one before it on your server: what was not fetched in time is lost there. With {number} in the name nothing is replaced.`;
}

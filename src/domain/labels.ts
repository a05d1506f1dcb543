// Labels of columns: when two are the same but for their writing, how far apart others are, and how to say so.
// Invariant: two labels that differ in a letter, a digit or a sign that people see are never the same.

/** Letters of other scripts that look like Latin ones; labels are typed by people and copied from documents. */
const lookAlikes = new Map<string, string>();
const pairs = [
  ['АВЕЅІЈКМНОРСТУХЬ', 'ABESIJKMHOPCTYXb'],
  ['аеіјорсухѕһԁԛԝ', 'aeijopcyxshdqw'],
  ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABEZHIKMNOPTYX'],
  ['αινορυ', 'aivopu'],
  ['ıɡɑ', 'iga'],
] as const;
for (const [from, to] of pairs) for (let i = 0; i < from.length; i++) lookAlikes.set(from[i] ?? '', to[i] ?? '');

const invisible = /[\p{Cc}\p{Cf}\ufeff\u115f\u1160\u3164]/gu;
const dropped = /[\s_\-\u2010-\u2015\u2212"'`´\u2018-\u201f\u2032\u2033«»‹›]/gu;

/**
 * What remains of a label when its writing is disregarded: case, spaces of any kind, quotes, `-` and `_`, invisible
 * characters (BOM, zero-width), full-width and look-alike characters. Two labels with the same remainder are near misses.
 */
export function normaliseLabel(label: string): string {
  if (/^[a-z0-9]*$/.test(label)) return label;
  const visible = label.normalize('NFKC').replace(invisible, '').replace(dropped, '');
  // Capitals first: В looks like B, while в looks like no Latin letter.
  return asLatin(asLatin(visible).toLowerCase().normalize('NFKC'));
}

function asLatin(text: string): string {
  let latin = '';
  for (const character of text) latin += lookAlikes.get(character) ?? character;
  return latin;
}

/** A label for people: invisible characters and line breaks out, cut at 80 characters. */
export function showLabel(label: string): string {
  const shown = label.replace(/\s+/g, ' ').replace(invisible, '');
  return shown.length > 80 ? `${shown.slice(0, 79)}…` : shown;
}

type Kind = { name: string; test: (character: string) => boolean };

const kinds: Kind[] = [
  { name: 'a space', test: (c) => c === ' ' },
  { name: 'an underscore', test: (c) => c === '_' },
  { name: 'a hyphen', test: (c) => /[-\u2010-\u2015\u2212]/.test(c) },
  { name: 'a quotation mark', test: (c) => /["'`´\u2018-\u201f\u2032\u2033«»‹›]/.test(c) },
  { name: 'a byte order mark', test: (c) => c === '\ufeff' },
  { name: 'an invisible character', test: (c) => c.search(invisible) >= 0 && !/\s/.test(c) },
  { name: 'an unusual space', test: (c) => /\s/.test(c) },
];

/** In what two near misses differ, in words: “a space and an underscore”, “capitals”. Empty when they are equal. */
export function describeDifference(a: string, b: string): string {
  const one = lettersAndGaps(a.slice(0, 500));
  const other = lettersAndGaps(b.slice(0, 500));
  const differing = new Set<string>();
  const length = Math.max(one.gaps.length, other.gaps.length);
  for (let i = 0; i < length; i++) for (const c of unshared(one.gaps[i] ?? '', other.gaps[i] ?? '')) differing.add(c);
  const found = kinds.filter((kind) => [...differing].some((c) => kinds.find((k) => k.test(c)) === kind));
  const words = found.map((kind) => kind.name);
  if (one.letters !== other.letters) {
    const isCase = one.letters.toLowerCase() === other.letters.toLowerCase();
    words.push(isCase ? 'capitals' : 'characters that look alike');
  }
  return words.length === 0 && a !== b ? 'the order of its signs' : joinWords(words);
}

/** `gaps[i]` stands before letter i; one more than there are letters. */
function lettersAndGaps(text: string): { letters: string; gaps: string[] } {
  const gaps = [''];
  let letters = '';
  for (const character of text) {
    if (kinds.some((kind) => kind.test(character))) gaps[gaps.length - 1] += character;
    else {
      letters += character;
      gaps.push('');
    }
  }
  return { letters, gaps };
}

/** Characters that one text has more often than the other. */
function unshared(a: string, b: string): string[] {
  const rest = [...b];
  const only: string[] = [];
  for (const character of a) {
    const at = rest.indexOf(character);
    if (at < 0) only.push(character);
    else rest.splice(at, 1);
  }
  return [...only, ...rest];
}

/** `a`, `a and b`, `a, b and c`. */
export function joinWords(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/**
 * The least number of characters to insert, delete, change or swap with their neighbour; more than `limit` is not counted
 * and gives `limit + 1`.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    if (Math.min(...row) > limit) return limit + 1;
    before = last;
    last = row;
  }
  return Math.min(last[b.length] ?? 0, limit + 1);
}

/** Bounds on the work for a header of ten thousand long labels. */
const longestCompared = 60;
const mostCompared = 2000;

/**
 * The candidates that come nearest to a text, best first, at most `most`; none that is wholly different. A candidate that
 * holds the text, or is held by it, counts as near (“Mobile Phone” for “Phone”).
 */
export function nearestTo(text: string, candidates: readonly string[], most: number): string[] {
  const wanted = normaliseLabel(text).slice(0, longestCompared);
  if (wanted === '') return [];
  const ranked: { candidate: string; rank: number }[] = [];
  for (const candidate of new Set(candidates.slice(0, mostCompared))) {
    const other = normaliseLabel(candidate).slice(0, longestCompared);
    if (other === '') continue;
    const limit = Math.max(1, Math.floor(Math.max(wanted.length, other.length) * 0.4));
    const distance = editDistance(wanted, other, limit);
    const holds = Math.min(wanted.length, other.length) >= 3 && (wanted.includes(other) || other.includes(wanted));
    if (distance <= limit) ranked.push({ candidate, rank: distance });
    else if (holds) ranked.push({ candidate, rank: limit + 0.5 });
  }
  ranked.sort((a, b) => a.rank - b.rank);
  return ranked.slice(0, most).map((entry) => entry.candidate);
}

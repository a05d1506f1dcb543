// Texts that are, resemble or are far from phone numbers, for comparing two ways of reading them.
// Invariant: the same random numbers give the same text.

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Each text takes one piece of most lists; what is usual stands first.
const before = (
  '|||||1|1-|+1|+1 |+|++|+1+|(+1)| +1|+(1) |01|011|0111|011 44 |011-52|00|0044|+44|+44 (0)|+49|+52 1 |+290|+61|+7|+878|+999|' +
  '0|11|tel:|tel:+1|Tel. |Cell: |c |\uff0b1|\uff0b44|\u200b|\ufeff|\u202a+1|\u2060|-|/|#'
).split('|');
const after = (
  '|||||| x12| ext. 5|x3| #4|#|;ext=3|;phone-context=+1| (mobile)|-|.|)|/| / 917-555-0100|, 2| or 212| w|\u202c|\u200f|' +
  '\u00a0|+|+1|~| 1|;isub=7'
).split('|');
const separators = (
  '||||-| |.|/|(|)|) | (|--|\u00a0|\u2010|\u2011|\u2013|\u2014|\u2015|\u2016|\u200f|\u2212|\uff0d|\u30fc|\u3000|\u200b|' +
  "\u00ad|\u2060|\ufeff|\t|\n|\0|_|*|,|;|:|x|X|#|~|[|]|+|'|\u007f|\u0080|\u00b7"
).split('|');
/** Zeros of scripts: ASCII, full width, Arabic, Persian, Devanagari, mathematical. */
const zeros = [0x30, 0x30, 0x30, 0x30, 0xff10, 0x660, 0x6f0, 0x966, 0x1d7ce];
const groupings = '10 3-3-4 3-3-4 3-7 3-4-3 5-5 2-4-4 3-4 7 5-6 4-6 6 9 8 11'
  .split(' ')
  .map((sizes) => sizes.split('-').map(Number));
const odd = (
  'n/a|none|N/A|-|.|+|000|call mother|6.02E+23|2125550143.0||()|O12|212-CALL-NOW|1-800-FLOWERS|800-GOT-JUNK|' +
  '1 (888) 4-CAUSE-1|212 HELLO 12|18OO5551234|2I25550143'
).split('|');
/** Numbers that exist, or nearly, to begin from. */
const known = (
  '2125550143 9175550100 4165550123 7872345678 8762345678 2465210123 8005551234 5005550123 3101234 2684601234 2071838750 ' +
  '07911123456 5512345678 015123456789 7123456'
).split(' ');

export function randomPhoneText(random: () => number): string {
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  /** From the beginning of the list more often than not. */
  const mostly = <T>(list: readonly T[], usual: number): T =>
    random() < 0.75 ? (list[Math.floor(random() * usual)] as T) : one(list);
  const digit = () => Math.floor(random() * 10);
  const kind = random();
  if (kind < 0.04) return one(odd);
  if (kind < 0.1)
    return Array.from({ length: digit() + digit() }, () => one([...separators, '1', '2', '0', '5'])).join('');
  if (kind < 0.2) {
    const digits = Array.from({ length: 3 + digit() + one([0, 5]) }, digit).join('');
    return `${random() < 0.5 ? '+' : one(before)}${digits}`;
  }
  const zero = mostly(zeros, 4);
  const isUsual = random() < 0.7;
  const separator = mostly(separators, 8);
  const digits = isUsual ? one(known) : '';
  let text = mostly(before, 8);
  let used = 0;
  for (const [at, size] of mostly(groupings, 3).entries()) {
    if (at > 0) text += isUsual ? separator : one(separators);
    for (let i = 0; i < size; i++) {
      const value = random() < 0.02 ? digit() : Number(digits[used++] ?? digit());
      text += String.fromCodePoint(zero + value);
    }
  }
  text += mostly(after, 5);
  if (random() > 0.15) return text;
  const place = Math.floor(random() * text.length);
  return text.slice(0, place) + one([...separators, '7', 'e']) + text.slice(place + Math.floor(random() * 3));
}

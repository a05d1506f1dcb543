// Random numbers that a seed repeats, and roster files made from them.
// Invariant: the same seed gives the same files and the same choices on every machine.

export type Random = { next(): number; below(limit: number): number; pick<T>(items: readonly T[]): T };

/** The generator mulberry32 (public domain, Tommy Ettinger): enough to choose moments, not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
  };
}

const areaCodes = [
  '212',
  '213',
  '305',
  '312',
  '404',
  '415',
  '503',
  '512',
  '602',
  '617',
  '702',
  '713',
  '801',
  '816',
  '919',
];

/** The nth of many valid, distinct phone numbers of the United States. */
export function phoneNumber(n: number): string {
  return `${areaCodes[n % areaCodes.length]}${2_000_000 + Math.floor(n / areaCodes.length)}`;
}

export type RosterFile = { name: string; prefix: string; rows: number; bytes: Buffer };

/** A roster whose CRM IDs all begin with its own prefix and whose phones occur in no other roster. */
export function rosterFile(number: number, rows: number, firstPhone: number): RosterFile {
  const prefix = `F${String(number).padStart(4, '0')}-`;
  const lines = ['Student ID,First Name,Last Name,Cell Phone'];
  for (let row = 0; row < rows; row++)
    lines.push(`${prefix}${row},Given${row % 97},Family${row % 89},${phoneNumber(firstPhone + row)}`);
  return { name: `roster-${number}.csv`, prefix, rows, bytes: Buffer.from(`${lines.join('\r\n')}\r\n`) };
}

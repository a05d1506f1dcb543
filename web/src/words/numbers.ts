// Numbers and sizes in words.

const plain = new Intl.NumberFormat('en');

export function number(value: number): string {
  return plain.format(value);
}

/** `1 row`, `2,300 rows`. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${plain.format(value)} ${value === 1 ? one : many}`;
}

/** Bytes in units of 1,000: `812 bytes`, `4.1 kB`, `120 MB`. */
export function bytes(size: number): string {
  if (size < 1000) return count(size, 'byte');
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = size / 1000;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ''}`;
}

/** `crm ID, first name and phone`. */
export function listWords(items: string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}

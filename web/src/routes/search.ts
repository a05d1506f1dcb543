// What stands behind the `?` of an address: plain text values, nothing else.

export type Search = Record<string, unknown>;

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Search): string {
  const values = new URLSearchParams();
  for (const [name, value] of Object.entries(search))
    if (value !== undefined && value !== '') values.set(name, `${value}`);
  const text = values.toString();
  return text === '' ? '' : `?${text}`;
}

/** A value of the search when it is a text. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A value of the search when it is one of those known. */
export function oneOf<const Value extends string>(value: unknown, known: readonly Value[]): Value | undefined {
  return known.find((one) => one === value);
}

/** A calendar day, `YYYY-MM-DD`. */
export function day(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined;
  const parsed = Date.parse(`${value}T00:00:00Z`);
  // The 30th of February is taken for the 2nd of March: then the text differs.
  return !Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(value) ? value : undefined;
}

/** A whole number from 1 on, as text or number. */
export function positive(value: unknown): number | undefined {
  const number = typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : 0;
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** Only addresses of these pages: never another host, `//host` or `/\host`. */
export function ownAddress(address: string | undefined): string | undefined {
  return address !== undefined && /^\/(?![/\\])/.test(address) ? address : undefined;
}

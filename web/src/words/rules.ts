// Rules of inputs that the pages check before sending. The API checks them again, and its word counts.

export function passwordRule(password: string): string | null {
  return password.length >= 12 ? null : 'Use at least 12 characters.';
}

export function slugRule(slug: string): string | null {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(slug)
    ? null
    : 'Use 1 to 63 small letters, digits and hyphens; begin and end with a letter or a digit.';
}

export function fieldNameRule(name: string): string | null {
  return /^[A-Za-z][A-Za-z0-9_-]{0,62}$/.test(name.trim())
    ? null
    : 'Begin with a letter; use letters, digits, _ and -; at most 63.';
}

export function notBlank(text: string): string | null {
  return text.trim() === '' ? 'Fill this in.' : null;
}

/** `Northfield College` → `northfield-college`. */
export function slugFrom(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '');
}

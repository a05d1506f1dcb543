// Which North American numbers exist: the patterns of libphonenumber-js/max, compiled once instead of on each call.
// Invariant: says of ten digits what the library says of `+1` and these digits; only its own metadata decides.

import metadata from 'libphonenumber-js/max/metadata';

/** A country or territory with calling code 1. `leading`: what tells its numbers from others'; null where only their type does. */
type Plan = { leading: RegExp | null; valid: RegExp };

/** Where a country's plan holds what (the library's METADATA.md, format 4). */
const pattern = 2;
const lengths = 3;
const leadingDigits = 10;
const types = 11;

const nationalLength = 10;

/** The plans in the library's order, in which the first that claims a number decides. */
function compiledPlans(): Plan[] {
  return (metadata.country_calling_codes['1'] ?? []).map((country) => {
    const plan: readonly unknown[] = metadata.countries[country] ?? [];
    const ofTypes = (plan[types] as readonly ([string, number[]?] | 0)[]).flatMap((type) => {
      if (type === 0 || type[0] === '') return [];
      return (type[1] ?? (plan[lengths] as number[])).includes(nationalLength) ? [type[0]] : [];
    });
    const leading = plan[leadingDigits] as string | 0 | undefined;
    return {
      leading: leading ? new RegExp(`^(?:${leading})`) : null,
      valid: new RegExp(`^(?=(?:${plan[pattern] as string})$)(?:${ofTypes.join('|')})$`),
    };
  });
}

let plans: readonly Plan[] | undefined;

/** Is there such a number? `national`: ten digits. */
export function isNanpNumber(national: string): boolean {
  plans ??= compiledPlans();
  for (const { leading, valid } of plans) {
    if (leading === null ? valid.test(national) : leading.test(national))
      return leading === null || valid.test(national);
  }
  return false;
}

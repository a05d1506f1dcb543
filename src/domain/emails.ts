// E-mail addresses: one address of the usual form, in letters of any script.
// Invariant: what is returned is the text itself but for the case of its domain.

/** Dot-atom @ domain name with at least one dot (RFC 5321 section 4.1.2, without quoted and literal forms). */
const email =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/i;
/** The same with letters of any script (RFC 6531 section 3.3). */
const internationalEmail =
  /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*@(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+\p{L}[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}]$/u;

/** A part of `email` that nearly all addresses are in, without signs that need a second look: a third of the work. */
const usualEmail = /^[\w+-]+(?:\.[\w+-]+)*@(?:[a-z0-9]{1,63}\.)+[a-z]{2,63}$/;
const longestLocalPart = 64;

/** The address with its domain in lower case, or null when it is none. The part before the @ keeps its case. */
export function emailAddress(text: string): string | null {
  if (text.length <= longestLocalPart && usualEmail.test(text)) return text;
  const at = text.lastIndexOf('@');
  if (text.length > 254 || at > longestLocalPart || at < 1) return null;
  if (!email.test(text) && !internationalEmail.test(text)) return null;
  const domain = text.slice(at);
  const lower = domain.toLowerCase();
  return domain === lower ? text : text.slice(0, at) + lower;
}

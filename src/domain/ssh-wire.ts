// The data types of SSH that keys are made of: strings and mpints (RFC 4251 section 5).
// Invariant: readers never read past the end; they answer null instead of throwing.

/** The string at the beginning; null when the bytes end before it does. */
export function readFirstString(bytes: Uint8Array): Buffer | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < 4) return null;
  const end = 4 + view.readUInt32BE(0);
  return end > view.length ? null : view.subarray(4, end);
}

/** Reads a sequence of strings that fills the whole buffer; null when it does not. */
export function readStrings(bytes: Uint8Array): Buffer[] | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const strings: Buffer[] = [];
  let at = 0;
  while (at < view.length) {
    if (at + 4 > view.length) return null;
    const end = at + 4 + view.readUInt32BE(at);
    if (end > view.length) return null;
    strings.push(view.subarray(at + 4, end));
    at = end;
  }
  return strings;
}

/** One string: four bytes of length, then the bytes. */
export function sshString(value: Uint8Array | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A positive number, given as big-endian bytes, as an mpint: no leading zeros but the one that keeps it positive. */
export function sshMpint(magnitude: Uint8Array): Buffer {
  let start = 0;
  while (start < magnitude.length && magnitude[start] === 0) start += 1;
  const digits = magnitude.subarray(start);
  const first = digits[0] ?? 0;
  return sshString(first >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits);
}

/** The magnitude of an mpint; null when it is negative or not in the shortest form. */
export function mpintMagnitude(bytes: Buffer): Buffer | null {
  const [first, second] = bytes;
  if (first === undefined) return bytes;
  if (first >= 0x80) return null;
  if (first !== 0) return bytes;
  return second !== undefined && second >= 0x80 ? bytes.subarray(1) : null;
}

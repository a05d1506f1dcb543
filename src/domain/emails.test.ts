// E-mail addresses: the pattern and its short cut against the rule said in plain words.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { emailAddress } from './emails.ts';

/** The rule for ASCII, part by part, without a pattern for the whole. */
function isAddress(text: string): boolean {
  const [local = '', domain, ...rest] = text.split('@');
  if (domain === undefined || rest.length > 0 || text.length > 254 || local.length > 64) return false;
  const labels = domain.split('.');
  const top = labels.pop() ?? '';
  return (
    local.split('.').every((atom) => /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+$/.test(atom)) &&
    labels.length > 0 &&
    labels.every((label) => isLabel(label)) &&
    /^[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]$/.test(top)
  );
}

function isLabel(label: string): boolean {
  return /^[A-Za-z0-9-]{1,63}$/.test(label) && !label.startsWith('-') && !label.endsWith('-');
}

const piece = fc.oneof(
  fc.constantFrom('a', 'Z', '7', 'ann', 'Lee', 'edu', 'com', 'x', '_', '+', '-', "'", '!', 'xn--'),
  fc.constantFrom('.', '.', '@', '@', ' ', '\n', '\t', '\\', '"', '(', ',', ';', ':', '[', '\0'),
  fc.integer({ min: 58, max: 70 }).map((length) => 'q'.repeat(length)),
);
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
const nearly = fc
  .tuple(fc.stringMatching(/^[A-Za-z0-9._+'-]{1,66}$/), fc.stringMatching(/^[A-Za-z0-9.-]{1,66}$/), piece)
  .map(([local, domain, end]) => `${local}@${domain}.${end}`);

test('an ASCII text is an address exactly when each of its parts is in order; only the domain changes its case', () => {
  let addresses = 0;
  fc.assert(
    fc.property(fc.oneof(text, nearly), (given) => {
      const found = emailAddress(given);
      const at = given.indexOf('@');
      const expected = isAddress(given) ? given.slice(0, at) + given.slice(at).toLowerCase() : null;
      assert.equal(found, expected, JSON.stringify(given));
      if (found !== null) addresses++;
    }),
    { numRuns: 20_000 },
  );
  assert.ok(addresses > 500, `only ${addresses} addresses`);
});

test('sixty-four signs may stand before the @, and not one more', () => {
  for (const sign of ['a', '!'])
    assert.deepEqual(
      [63, 64, 65].map((length) => emailAddress(`${sign.repeat(length)}@x.edu`) !== null),
      [true, true, false],
    );
});

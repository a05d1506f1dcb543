// US ZIP codes that lost their leading zeros in a spreadsheet.
// Invariant: only what the rest of the row proves is called damaged; `2134` alone may be an Australian code.

const shortZip = /^\d{3,4}(?:-\d{4})?$/;
const unitedStates = /^(?:us|usa|u\.s\.|u\.s\.a\.|united states|united states of america)$/i;
/** Where ZIP codes begin with 0. */
const zeroStates =
  /^(?:ct|ma|me|nh|nj|ri|vt|pr|vi|connecticut|massachusetts|maine|new hampshire|new jersey|rhode island|vermont|puerto rico|u\.?s\.? virgin islands|virgin islands)$/i;

/**
 * The ZIP code as it must have been (`02134` for `2134`), or null when nothing proves a loss: the row's country must be the
 * United States, or be blank in an institution of the United States with a state whose codes begin with 0.
 */
export function zipWithoutZeros(postalCode: string, state: string, rowCountry: string, country: string): string | null {
  if (!shortZip.test(postalCode)) return null;
  const isUnitedStates = rowCountry === '' ? country === 'US' && zeroStates.test(state) : unitedStates.test(rowCountry);
  if (!isUnitedStates) return null;
  const [code = '', plusFour] = postalCode.split('-');
  return plusFour === undefined ? code.padStart(5, '0') : `${code.padStart(5, '0')}-${plusFour}`;
}

// The countries of ISO 3166 by name, as the browser knows them.

/** Every pair of capital letters that the browser has a name for, by name. */
export function countryChoices(): { value: string; label: string }[] {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return letters
    .flatMap((first) => letters.map((second) => `${first}${second}`))
    .filter((code) => !notCountries.has(code))
    .flatMap((value) => {
      const name = names.of(value);
      return name === undefined ? [] : [{ value, label: `${name} (${value})` }];
    })
    .toSorted((a, b) => a.label.localeCompare(b.label, 'en'));
}

/** Codes that browsers name although they are regions, withdrawn or aliases. */
const notCountries = new Set([
  ...['AC', 'AN', 'BU', 'CP', 'CQ', 'CS', 'CT', 'DD', 'DG', 'DY', 'EA', 'EU', 'EZ', 'FQ', 'FX', 'HV', 'IC', 'JT'],
  ...['MI', 'NH', 'NQ', 'NT', 'PC', 'PU', 'PZ', 'QO', 'QU', 'RH', 'SU', 'TA', 'TP', 'UK', 'UN', 'VD', 'WK', 'XA'],
  ...['XB', 'XK', 'YD', 'YU', 'ZR', 'ZZ'],
]);

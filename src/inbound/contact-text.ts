// Validated rows as COPY text for the contacts themselves, where nothing has to be compared with what is there.
// Invariant: a line is one contact of exactly the columns that `copyContacts` names, as the plan would have made it of the same row.

import type { ResolvedMapping } from '../domain/resolve-mapping.ts';
import type { ValidatedRow } from '../domain/validate-row.ts';
import type { StagedField } from '../store/import-staging.ts';
import type { NewContacts } from './reading.ts';
import { SeenKeys } from './seen-keys.ts';
import { copyCell, customValue, nothing, plainTypes } from './staged-text.ts';

/** Gives the line of a row that becomes a contact whatever else the file holds; null for one that the plan has to judge. */
export type ContactEncoder = (row: number, validated: ValidatedRow, hash: string | null) => string | null;

/**
 * A row becomes a contact when it is not skipped, and its CRM ID and its phone are new in the file: the first row with a CRM ID
 * has it, and a phone goes to the lowest row (ruling 7). The filters may take a new key for an old one: then the plan judges,
 * which comes to the same.
 */
export function contactEncoder(
  resolved: ResolvedMapping,
  fields: readonly StagedField[],
  { institutionId, importId, now, rows }: NewContacts,
  newId: () => string,
): ContactEncoder {
  const indexOf = (name: string) => resolved.columns.findIndex((column) => column.field.name === name);
  const phone = indexOf('phone');
  const standard = fields.map((field) => {
    const index = indexOf(field.name);
    return { index, isPlain: plainTypes.has(resolved.columns[index]?.field.type ?? 'text') };
  });
  const custom = resolved.columns.flatMap(({ field }, index) => (field.custom ? [{ field, index }] : []));
  const crmIds = new SeenKeys(rows);
  const phones = new SeenKeys(rows);
  const customOf = (values: ValidatedRow['values']) => {
    const members = custom.flatMap(({ field, index }) =>
      values[index]
        ? [`${JSON.stringify(field.name.slice('custom.'.length))}:${customValue(field, values[index])}`]
        : [],
    );
    return copyCell(`{${members.join(',')}}`);
  };
  return (row, { crmId, values, phoneRaw, skipped }, hash) => {
    const number = phone < 0 ? undefined : values[phone];
    // Both are asked, so that both are known to later rows.
    const isFirst = crmId !== null && crmIds.isNew(crmId);
    const hasOwnPhone = skipped || !number || phones.isNew(number);
    if (skipped || !isFirst || !hasOwnPhone) return null;
    let line = `${institutionId}\t${newId()}\t${copyCell(crmId)}\t${number || nothing}\t`;
    line += phone < 0 ? nothing : copyCell(phoneRaw);
    line += custom.length === 0 ? '\t{}' : `\t${customOf(values)}`;
    line += hash === null ? `\t${nothing}` : `\t\\\\x${hash}`;
    line += `\t${importId}\t${row}\t${now}\t${now}`;
    for (const { index, isPlain } of standard) {
      const value = values[index] || nothing;
      line += isPlain || value === nothing ? `\t${value}` : `\t${copyCell(value)}`;
    }
    return `${line}\n`;
  };
}

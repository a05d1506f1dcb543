// What rows of one file do to each other, without a database: CRM IDs, Causeway IDs and phones that stand twice (ruling 7).
// Invariant: the first row with an id has it, even when it was skipped; a phone goes to the lowest row that is accepted.

import type { Issue } from '../domain/issue.ts';
import { newIssue } from '../domain/issues.ts';
import type { ResolvedMapping } from '../domain/resolve-mapping.ts';
import type { ValidatedRow } from '../domain/validate-row.ts';
import { RowKeys } from './row-keys.ts';

type At = { row: number; line: number };

/** Judges rows in the order of the file: all issues of the row, those of `validated` included, and whether it is accepted. */
export function rivalJudge(
  resolved: ResolvedMapping,
): (at: At, validated: ValidatedRow) => { issues: readonly Issue[]; accepted: boolean } {
  const indexOf = (name: string) => resolved.columns.findIndex((column) => column.field.name === name);
  const labelOf = (index: number) => resolved.columns[index]?.labels[0] ?? null;
  const crmIdAt = indexOf('crmId');
  const causewayIdAt = indexOf('causewayId');
  const phoneAt = indexOf('phone');
  const crmIds = new RowKeys();
  const causewayIds = new RowKeys();
  const phones = new RowKeys();

  return (at, validated) => {
    const found: Issue[] = [];
    const lose = (code: string, index: number, value: string | null, otherRow: number) => {
      if (otherRow !== 0) found.push(newIssue(code, { ...at, label: labelOf(index), value, facts: { otherRow } }));
    };
    const { crmId, values } = validated;
    if (crmId !== null) lose('duplicate-unique-id-crmId', crmIdAt, crmId, crmIds.claim(crmId, at.row));
    const causewayId = values[causewayIdAt];
    if (causewayId && !validated.skipped && found.length === 0)
      lose('duplicate-unique-id-causewayId', causewayIdAt, causewayId, causewayIds.claim(causewayId, at.row));
    const phone = values[phoneAt];
    if (phone && !validated.skipped && found.length === 0)
      lose('duplicate-contact', phoneAt, validated.phoneRaw ?? phone, phones.claim(phone, at.row));
    if (found.length === 0) return { issues: validated.issues, accepted: !validated.skipped };
    return { issues: [...validated.issues, ...found], accepted: false };
  };
}

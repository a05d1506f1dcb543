// A checked connection as a line of COPY text, for `copyConnections`.
// Invariant: one line is one row of exactly the staged columns; texts hold no control characters, so only backslashes are escaped.

import type { ConnectionValues } from '../domain/connection.ts';

const nothing = '\\N';

/** `ordinal`: its place in the load, from 1. */
export function connectionLine(ordinal: number, newId: string, values: ConnectionValues): string {
  const { plain } = values;
  const cells = [
    String(ordinal),
    newId,
    cell(values.externalId),
    values.connectedAtInstant,
    values.connectedAt.text,
    cell(plain.studentId),
    cell(plain.firstName),
    cell(plain.lastName),
    cell(plain.gender),
    cell(plain.raceEthnicity),
    plain.dateOfBirth ?? nothing,
    plain.graduationYear ?? nothing,
    plain.gpa ?? nothing,
    cell(plain.school),
    cell(plain.email),
    plain.phone ?? nothing,
    cell(plain.street),
    cell(plain.city),
    cell(plain.state),
    cell(plain.postalCode),
    cell(plain.country),
    arrayCell(values.majors),
  ];
  return `${cells.join('\t')}\n`;
}

function cell(text: string | null): string {
  if (text === null) return nothing;
  return text.includes('\\') ? text.replaceAll('\\', '\\\\') : text;
}

/** An array of PostgreSQL as text, each element in quotation marks. */
function arrayCell(items: readonly string[]): string {
  if (items.length === 0) return '{}';
  return cell(`{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`);
}

// What an edit by hand comes to: from texts to the columns that change and their before-images.
// Invariant: pure; what does not change is in neither.

import { AppError, type FieldError } from '../domain/errors.ts';
import type { Field } from '../domain/fields.ts';
import { issueEntry } from '../domain/issues.ts';
import { valueParser } from '../domain/values.ts';
import type { ContactRecord } from '../store/contacts.ts';
import { unknownField } from './checked-mapping.ts';
import { customValue } from './staged-text.ts';

export type ContactEdit = {
  /** Column → value, null to clear. */
  columns: Record<string, unknown>;
  /** Field → before and after. */
  changes: Record<string, [unknown, unknown]>;
};

/** Throws AppError `unknown-field` or `invalid-values` with every fault. */
export function contactEdit(
  contact: ContactRecord,
  values: Readonly<Record<string, string>>,
  fields: readonly Field[],
  country: string,
): ContactEdit {
  const edit: ContactEdit = { columns: {}, changes: {} };
  const faults: FieldError[] = [];
  const custom = { ...contact.custom };
  const byName = new Map(fields.map((field) => [field.name, field]));
  const unknown = Object.keys(values).filter((name) => !byName.has(name) || name === 'causewayId');
  if (unknown.length > 0)
    throw unknownField(
      unknown.map((name) => ({ place: `values.${name}`, name })),
      fields,
    );
  for (const [name, given] of Object.entries(values)) {
    const field = byName.get(name);
    if (!field) continue;
    const parsed = parsedValue(field, given.trim(), country);
    if (typeof parsed === 'object') {
      faults.push({ name: `values.${name}`, message: parsed.message });
      continue;
    }
    const before = currentValue(contact, field);
    const after = JSON.parse(field.custom ? customValue(field, parsed) : standardValue(field, parsed)) as unknown;
    if (JSON.stringify(before) === JSON.stringify(after)) continue;
    edit.changes[name] = [before, after];
    if (field.column) edit.columns[field.column] = after;
    else setOrRemove(custom, name.slice('custom.'.length), after);
    if (name === 'phone') changePhone(edit, contact, { raw: given.trim(), phone: parsed === '' ? null : parsed });
  }
  if (faults.length > 0)
    throw new AppError(
      'invalid',
      'invalid-values',
      faults.length === 1 ? (faults[0]?.message ?? '') : `${faults.length} values cannot be used.`,
      'Nothing was changed. Correct what is named here.',
      faults,
    );
  if (Object.keys(edit.changes).some((name) => name.startsWith('custom.')))
    edit.columns.custom = JSON.stringify(custom);
  return edit;
}

/** The canonical text, or what is wrong with it. */
function parsedValue(field: Field, text: string, country: string): string | { message: string } {
  if (text === '') return field.required ? { message: `${field.title} is required and cannot be blank.` } : '';
  const parsed = valueParser(field, { country })(text);
  if (typeof parsed === 'string') return parsed;
  const { title, remedy } = issueEntry(parsed.code);
  return { message: `${field.title}: ${title.toLowerCase()}. ${remedy}` };
}

/** As JSON, so that numbers and booleans keep their types. */
function standardValue(field: Field, text: string): string {
  return customValue(
    { ...field, type: field.type === 'number' || field.type === 'boolean' ? field.type : 'text' },
    text,
  );
}

function currentValue(contact: ContactRecord, field: Field): unknown {
  const values: Record<string, unknown> = field.custom ? contact.custom : contact;
  return values[field.custom ? field.name.slice('custom.'.length) : field.name] ?? null;
}

function setOrRemove(custom: Record<string, unknown>, name: string, value: unknown): void {
  if (value === null) delete custom[name];
  else custom[name] = value;
}

/** The old number is kept as previous phone; setting the previous one again clears that (ruling 8). */
function changePhone(edit: ContactEdit, contact: ContactRecord, to: { raw: string; phone: string | null }): void {
  const previous = to.phone === contact.previousPhone ? null : (contact.phone ?? contact.previousPhone);
  edit.columns.phone_raw = to.raw === '' ? null : to.raw;
  edit.columns.previous_phone = previous;
  edit.changes.phoneRaw = [contact.phoneRaw, edit.columns.phone_raw];
  edit.changes.previousPhone = [contact.previousPhone, previous];
}

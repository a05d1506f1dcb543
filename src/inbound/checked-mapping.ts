// What a mapping must fulfil before it is saved or used: known fields, each once; labels once; policies that can work.
// Invariant: labels are kept exactly as given; nothing is trimmed or guessed here.

import { dateFormat } from '../domain/dates.ts';
import { AppError, type FieldError } from '../domain/errors.ts';
import type { Field } from '../domain/fields.ts';
import { joinWords, nearestTo, showLabel } from '../domain/labels.ts';
import { type MappedColumn, type Mapping, newColumn } from '../domain/mapping.ts';
import { valueParser } from '../domain/values.ts';

/** A column as callers give it: absent members get what a new column begins with. */
export type WantedColumn = { [Key in keyof MappedColumn]?: MappedColumn[Key] | undefined } & {
  field: string;
  labels: string[];
};

/**
 * The mapping with all its policies. Throws AppError `unknown-field` (with candidates) or `bad-mapping`, both with every
 * fault by its place. `country` decides how default values are read.
 */
export function checkedMapping(wanted: readonly WantedColumn[], fields: readonly Field[], country: string): Mapping {
  const columns = wanted.map(withDefaults);
  const known = new Set(fields.map((field) => field.name));
  const unknown = columns.flatMap(({ field }, at) =>
    known.has(field) ? [] : [{ place: `columns.${at}.field`, name: field }],
  );
  if (unknown.length > 0) throw unknownField(unknown, fields);
  const faults = [...doubles(columns), ...columns.flatMap((column, at) => columnFaults(column, at, fields, country))];
  const [first] = faults;
  if (!first) return { columns };
  throw new AppError(
    'invalid',
    'bad-mapping',
    faults.length === 1 ? first.message : `The mapping has ${faults.length} faults. The first: ${first.message}`,
    'Correct what is named here, then save again.',
    faults,
  );
}

/** So many unknown names are answered: looking for near ones takes a millisecond each, and a request can hold 60,000. */
const mostUnknown = 20;

/** The refusal of names that are no field; `place` is where the caller wrote the name. */
export function unknownField(unknown: readonly { place: string; name: string }[], fields: readonly Field[]): AppError {
  const faults = unknown
    .slice(0, mostUnknown)
    .map(({ place, name }) => ({ name: place, message: unknownFieldMessage(name, fields) }));
  return new AppError(
    'invalid',
    'unknown-field',
    faults[0]?.message ?? '',
    'Use the name of a field as the list of fields shows it; make a custom field first if it is new.',
    faults,
  );
}

/** "There is no field sms. Did you mean phone or custom.sms?" */
function unknownFieldMessage(name: string, fields: readonly Field[]): string {
  const near = nearestFields(name, fields);
  const question = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
  return `There is no field ${showLabel(name)}.${question}`;
}

function nearestFields(name: string, fields: readonly Field[]): string[] {
  const names = new Map<string, string>();
  for (const field of fields)
    for (const way of [field.name, field.title, ...field.synonyms]) names.set(way, field.name);
  return [...new Set(nearestTo(name, [...names.keys()], 6).map((way) => names.get(way) ?? way))].slice(0, 3);
}

function withDefaults(wanted: WantedColumn): MappedColumn {
  const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
  return { ...newColumn(wanted.field, wanted.labels), ...Object.fromEntries(given) };
}

/** A field in two columns, or a label in two places. */
function doubles(columns: readonly MappedColumn[]): FieldError[] {
  const faults: FieldError[] = [];
  const fields = new Set<string>();
  const labels = new Map<string, string>();
  for (const [at, column] of columns.entries()) {
    if (fields.has(column.field))
      faults.push({
        name: `columns.${at}.field`,
        message: `${column.field} is mapped twice. Put its labels into one column and choose how they are combined.`,
      });
    fields.add(column.field);
    for (const [place, label] of column.labels.entries()) {
      const other = labels.get(label);
      if (other !== undefined)
        faults.push({
          name: `columns.${at}.labels.${place}`,
          message: `The label “${showLabel(label)}” is used for ${joinWords([...new Set([other, column.field])])}. A label can fill one field only.`,
        });
      labels.set(label, column.field);
    }
  }
  return faults;
}

function columnFaults(column: MappedColumn, at: number, fields: readonly Field[], country: string): FieldError[] {
  const faults: FieldError[] = [];
  const fault = (name: string, message: string) => faults.push({ name: `columns.${at}.${name}`, message });
  if (column.labels.length === 0) fault('labels', `${column.field} has no label.`);
  for (const [place, label] of column.labels.entries())
    if (label.trim() === '') fault(`labels.${place}`, `A label of ${column.field} is blank.`);
  if (column.field === 'crmId' && !column.required)
    fault('required', 'CRM ID is always required: it says which contact a row belongs to.');
  if (column.onBlank === 'default' && column.default === null)
    fault('default', `${column.field} takes its default for blank cells, but no default is given.`);
  if (column.onBad === 'default' && column.default === null)
    fault('default', `${column.field} takes its default for bad values, but no default is given.`);
  if (column.dateFormat !== null && dateFormat(column.dateFormat) === null)
    fault('dateFormat', `“${showLabel(column.dateFormat)}” is no date format. Write it like DD.MM.YYYY.`);
  const field = fields.find((one) => one.name === column.field);
  if (field && column.default !== null && faults.length === 0) {
    const parsed =
      column.default === '' ? '' : valueParser(field, { country, dateFormat: column.dateFormat })(column.default);
    if (typeof parsed !== 'string') fault('default', `The default of ${column.field} is no valid value for it.`);
  }
  return faults;
}

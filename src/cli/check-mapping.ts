// Reads the mapping file of `causeway check`.
// Invariant: it is held to the same rules as a mapping that is saved for a feed.

import { readFile } from 'node:fs/promises';
import { mappingRequest } from '../api/feeds.ts';
import { AppError } from '../domain/errors.ts';
import { allFields, type CustomField, type Field } from '../domain/fields.ts';
import type { Mapping } from '../domain/mapping.ts';
import { checkedMapping, type WantedColumn } from '../inbound/checked-mapping.ts';

/**
 * The mapping in a JSON file, `{"label": "field"}` or `{"columns": […]}`, and the fields it needs: there is no institution
 * here, so that any `custom.NAME` is taken as a text field. Throws AppError (kind invalid).
 */
export async function readMappingFile(path: string, country: string): Promise<{ mapping: Mapping; fields: Field[] }> {
  const columns = wantedColumns(parsedJson(await readFile(path, 'utf8'), path), path);
  const names = columns.map((column) => column.field).filter((field) => /^custom\../.test(field));
  const custom = [...new Set(names)].map((field): CustomField => ({ name: field.slice(7), type: 'text', options: [] }));
  const fields = allFields(custom);
  return { mapping: checkedMapping(columns, fields, country), fields };
}

function parsedJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw bad(path, `it is not JSON (${error instanceof Error ? error.message : 'unreadable'})`);
  }
}

function wantedColumns(given: unknown, path: string): WantedColumn[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw bad(path, 'it should hold an object, such as {"Student ID": "crmId"}');
  if ('columns' in given && Array.isArray(given.columns)) {
    const checked = mappingRequest.safeParse(given);
    if (checked.success) return checked.data.columns;
    const [first] = checked.error.issues;
    throw bad(path, `${first?.path.join('.') ?? 'columns'}: ${first?.message ?? 'not a mapping'}`);
  }
  const labelOf = new Map<string, string>();
  for (const [label, field] of Object.entries(given)) {
    if (typeof field !== 'string') throw bad(path, `the field of “${label}” should be a text`);
    const other = labelOf.get(field);
    if (other !== undefined)
      throw bad(
        path,
        `“${other}” and “${label}” both fill ${field}; use the form {"columns": […]}, which says how to combine them`,
      );
    labelOf.set(field, label);
  }
  return Object.entries(given).map(([label, field]) => ({ field: String(field), labels: [label] }));
}

function bad(path: string, why: string): AppError {
  return new AppError(
    'invalid',
    'bad-mapping',
    `The mapping file ${path} cannot be used: ${why}.`,
    'Correct the file.',
  );
}

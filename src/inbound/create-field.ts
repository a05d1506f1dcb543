// Makes a custom field of an institution.
// Invariant: its type never changes; select fields have options and no others do.

import { isUniqueViolation } from '../db/database-error.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import type { FieldType } from '../domain/fields.ts';
import type { FieldId, InstitutionId } from '../domain/ids.ts';
import { appendAudit } from '../store/audit.ts';
import { type CustomFieldRecord, insertCustomField } from '../store/custom-fields.ts';

/** Throws AppError `field-exists`, `options-missing`, `options-not-used` or `duplicate-option`. */
export async function createField(
  deps: Pick<Deps, 'db' | 'clock' | 'newId' | 'sealer'>,
  actor: Actor,
  institutionId: InstitutionId,
  wanted: { name: string; type: FieldType; options: readonly string[] },
): Promise<CustomFieldRecord> {
  checkOptions(wanted.type, wanted.options);
  const field: CustomFieldRecord = {
    id: deps.newId<FieldId>(),
    name: wanted.name,
    type: wanted.type,
    options: [...wanted.options],
    createdAt: deps.clock.now(),
  };
  await deps.db.transaction(async (tx) => {
    try {
      await insertCustomField(tx, institutionId, field);
    } catch (error) {
      if (!isUniqueViolation(error, 'custom_fields_name')) throw error;
      throw new AppError(
        'conflict',
        'field-exists',
        `There is a field called ${wanted.name} already (capitals do not count).`,
        `Use custom.${wanted.name} in a mapping, or choose another name.`,
        [{ name: 'name', message: 'This name is taken.' }],
      );
    }
    await appendAudit(tx, institutionId, deps, actor, {
      action: 'field.created',
      subject: field.id,
      facts: { name: field.name, type: field.type, options: field.options },
    });
  });
  return field;
}

function checkOptions(type: FieldType, options: readonly string[]): void {
  const isSelect = type === 'single-select' || type === 'multi-select';
  if (isSelect && options.length === 0)
    throw optionError('options-missing', 'A select field needs at least one option.', 'Name the values it may have.');
  if (!isSelect && options.length > 0)
    throw optionError('options-not-used', `A ${type} field has no options.`, 'Leave the options out.');
  const seen = new Set<string>();
  for (const option of options) {
    const key = option.toLowerCase();
    if (seen.has(key))
      throw optionError('duplicate-option', `The option “${option}” is there twice.`, 'Name each option once.');
    seen.add(key);
  }
}

function optionError(code: string, title: string, detail: string): AppError {
  return new AppError('invalid', code, title, detail, [{ name: 'options', message: title }]);
}

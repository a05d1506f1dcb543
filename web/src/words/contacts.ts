// Contacts as people name them, and their fields as text for inputs.

import type { Contact } from '@api/contacts.ts';
import type { Field } from '@api/institutions.ts';
import { valueWords } from './values.ts';

/** `Ada “Addie” Lovelace`, or the CRM ID of somebody without a name. */
export function contactName(contact: Contact): string {
  const preferred =
    contact.preferredName !== null && contact.preferredName !== contact.firstName ? `“${contact.preferredName}”` : null;
  const parts = [contact.firstName, preferred, contact.lastName].filter((part) => part !== null && part !== '');
  return parts.length > 0 ? parts.join(' ') : contact.crmId;
}

/** The value of a field as the API has it; custom ones by their name without `custom.`. */
export function fieldValue(contact: Contact, name: string): unknown {
  if (name.startsWith('custom.')) return contact.custom[name.slice('custom.'.length)];
  if (name === 'causewayId') return contact.id;
  return Object.hasOwn(contact, name) ? contact[name as keyof Contact] : undefined;
}

/** The value as an input holds it, and as a file would: `true` and `false`, dates as YYYY-MM-DD, several options with `;`. */
export function inputText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (Array.isArray(value)) return value.join(';');
  return valueWords(value);
}

/** Fields that a person may set by hand. */
export function editableFields(fields: Field[]): Field[] {
  return fields.filter((field) => field.name !== 'causewayId' && field.name !== 'crmId');
}

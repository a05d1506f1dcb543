// A mapping: which labels of a file fill which fields, with a policy per column.
// Invariant: a field stands in at most one column of a mapping.

/** What a blank (or ignored) cell does to an optional field. */
export type OnBlank = 'keep' | 'default' | 'clear';
/** What a value that cannot be used does: drop the cell, take the default, or skip the whole row. */
export type OnBad = 'drop' | 'default' | 'skip-row';

export type MappedColumn = {
  /** `crmId`, `firstName`, …, or `custom.NAME`. */
  field: string;
  /** The labels, exactly as the file should have them. More than one needs `combine`. */
  labels: string[];
  /** How several labels make one value: joined with `separator`, or the first that is not blank. */
  combine: 'join' | 'first';
  separator: string;
  required: boolean;
  trim: boolean;
  /** Cell texts that count as blank, compared without case after trimming, such as "Decline to state". */
  ignoreValues: string[];
  /** Cell text → value, compared without case after trimming, such as Y → true. */
  valueMap: Record<string, string>;
  /** A date pattern of the letters Y M D and separators, such as `DD.MM.YYYY`; null: ISO, then the country's order. */
  dateFormat: string | null;
  onBlank: OnBlank;
  onBad: OnBad;
  default: string | null;
};

export type Mapping = { columns: MappedColumn[] };

export const emptyMapping: Mapping = { columns: [] };

/** The four fields that must be mapped before a feed can be enabled (product 2.7). */
export const requiredFields = ['crmId', 'firstName', 'lastName', 'phone'] as const;

/** A column with the policies that a new one begins with. The four required fields begin as required. */
export function newColumn(field: string, labels: string[]): MappedColumn {
  return {
    field,
    labels,
    combine: labels.length > 1 ? 'join' : 'first',
    separator: '',
    required: (requiredFields as readonly string[]).includes(field),
    trim: true,
    ignoreValues: [],
    valueMap: {},
    dateFormat: null,
    onBlank: 'keep',
    onBad: 'drop',
    default: null,
  };
}

/** The required fields that a mapping does not fill yet, in the order of `requiredFields`. */
export function missingRequiredFields(mapping: Mapping): string[] {
  const mapped = new Set(mapping.columns.filter((c) => c.labels.length > 0).map((c) => c.field));
  return requiredFields.filter((field) => !mapped.has(field));
}

/** The plain view of a mapping that the contract shows: `{label: field}`. */
export function labelsToFields(mapping: Mapping): Record<string, string> {
  return Object.fromEntries(mapping.columns.flatMap((c) => c.labels.map((label) => [label, c.field])));
}

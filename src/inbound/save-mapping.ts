// Saves the mapping of a feed, whole or by single labels.
// Invariant: the mapping of a feed that is on always fills the four required fields (ruling 9).

import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import { allFields, type Field } from '../domain/fields.ts';
import type { FeedId, InstitutionId } from '../domain/ids.ts';
import { joinWords, showLabel } from '../domain/labels.ts';
import {
  labelsToFields,
  type MappedColumn,
  type Mapping,
  missingRequiredFields,
  newColumn,
} from '../domain/mapping.ts';
import { listCustomFields } from '../store/custom-fields.ts';
import type { FeedSettings } from '../store/feed-settings.ts';
import { changeFeed, type FeedDeps } from './change-feed.ts';
import { checkedMapping, unknownField, type WantedColumn } from './checked-mapping.ts';
import { fieldTitles } from './enable-feed.ts';

type Where = { id: InstitutionId; country: string };

/** Replaces the mapping. Throws AppError `unknown-field`, `bad-mapping` or `required-field-unmapped`. */
export async function saveMapping(
  deps: FeedDeps,
  actor: Actor,
  institution: Where,
  feedId: FeedId,
  columns: readonly WantedColumn[],
): Promise<void> {
  await changeFeed(deps, actor, institution.id, feedId, async (feed, tx) => {
    const fields = allFields(await listCustomFields(tx, institution.id));
    return savedMapping(feed, checkedMapping(columns, fields, institution.country));
  });
}

/**
 * Removes labels (or all labels of a field, when no label has that text), then maps labels to fields; a label that was mapped
 * moves. Throws AppError like `saveMapping`, `not-mapped` for what is not there to remove, and `join-policy-missing`.
 */
export async function changeMapping(
  deps: FeedDeps,
  actor: Actor,
  institution: Where,
  feedId: FeedId,
  change: { set: Record<string, string>; remove: readonly string[] },
): Promise<void> {
  await changeFeed(deps, actor, institution.id, feedId, async (feed, tx) => {
    const fields = allFields(await listCustomFields(tx, institution.id));
    const removed = change.remove.reduce(withoutLabel, feed.mapping.columns);
    const columns = withLabels(removed, change.set, fields);
    return savedMapping(feed, checkedMapping(columns, fields, institution.country));
  });
}

function savedMapping(feed: FeedSettings, mapping: Mapping) {
  const missing = missingRequiredFields(mapping);
  if (feed.enabled && missing.length > 0)
    throw new AppError(
      'conflict',
      'required-field-unmapped',
      `The feed is on, and without ${fieldTitles(missing)} it could import nothing. The mapping was not changed.`,
      'Map another label to it in the same step, or switch the feed off first.',
      missing.map((name) => ({ name, message: 'A feed that is on needs it.' })),
    );
  if (JSON.stringify(mapping) === JSON.stringify(feed.mapping)) return null;
  return { feed: { ...feed, mapping }, audit: { action: 'feed.mapping-saved', facts: changes(feed.mapping, mapping) } };
}

/** Labels are headers of columns, not values: they may stand in the audit log. */
function changes(before: Mapping, after: Mapping): Record<string, unknown> {
  const old = labelsToFields(before);
  const now = labelsToFields(after);
  const differs = (a: Record<string, string>, b: Record<string, string>) =>
    Object.fromEntries(Object.entries(a).filter(([label, field]) => b[label] !== field));
  return { added: differs(now, old), removed: differs(old, now) };
}

function withoutLabel(columns: readonly MappedColumn[], label: string): MappedColumn[] {
  if (columns.some((column) => column.labels.includes(label))) return dropLabels(columns, new Set([label]));
  const rest = columns.filter((column) => column.field !== label);
  if (rest.length < columns.length) return rest;
  throw new AppError(
    'invalid',
    'not-mapped',
    `Neither a label nor a field “${showLabel(label)}” is in the mapping.`,
    'Labels are exact text: copy it from the mapping as it is shown.',
    [{ name: 'remove', message: `“${showLabel(label)}” is not mapped.` }],
  );
}

function dropLabels(columns: readonly MappedColumn[], labels: ReadonlySet<string>): MappedColumn[] {
  return columns
    .map((column) => ({ ...column, labels: column.labels.filter((label) => !labels.has(label)) }))
    .filter((column) => column.labels.length > 0);
}

function withLabels(
  columns: readonly MappedColumn[],
  set: Readonly<Record<string, string>>,
  fields: readonly Field[],
): MappedColumn[] {
  const known = new Set(fields.map((field) => field.name));
  const unknown = Object.entries(set).filter(([, field]) => !known.has(field));
  if (unknown.length > 0)
    throw unknownField(
      unknown.map(([label, field]) => ({ place: `set.${label}`, name: field })),
      fields,
    );
  const moving = Object.entries(set).filter(
    ([label, field]) => !columns.some((column) => column.field === field && column.labels.includes(label)),
  );
  const next = dropLabels(columns, new Set(moving.map(([label]) => label)));
  for (const [label, field] of moving) {
    const column = next.find((one) => one.field === field);
    if (column) throw joinPolicyMissing(field, [...column.labels, label]);
    next.push(newColumn(field, [label]));
  }
  return next;
}

function joinPolicyMissing(field: string, labels: readonly string[]): AppError {
  const title = `${field} would be filled from ${joinWords(labels.map((label) => `“${showLabel(label)}”`))}, and nothing says how to combine them.`;
  return new AppError(
    'conflict',
    'join-policy-missing',
    title,
    'Remove the other label first, or give the field both labels with a way to combine them (joined, or the first that is not blank) in the mapping editor.',
    [{ name: 'set', message: title }],
  );
}

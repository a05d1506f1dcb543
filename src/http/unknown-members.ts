// Finds the members of a request that its shape does not know, at any depth, and the known one that was probably meant.
// Invariant: known is what the OpenAPI document says of the same shape; only names leave this file, never a value.

import { z } from 'zod';
import { nearestTo, normaliseLabel } from '../domain/labels.ts';

/** `path`: where it stood, its own name last. `known`: what can stand there. `near`: the path of what was probably meant. */
export type UnknownMember = { path: string[]; known: string[]; near: string | null };

/** What this file reads of a JSON Schema. */
type Schema = {
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
};

const schemas = { input: new WeakMap<z.ZodType, Schema>(), output: new WeakMap<z.ZodType, Schema>() };

function schemaOf(shape: z.ZodType, io: 'input' | 'output'): Schema {
  const known = schemas[io].get(shape);
  if (known) return known;
  const made = z.toJSONSchema(shape, { io, target: 'draft-2020-12' }) as Schema;
  schemas[io].set(shape, made);
  return made;
}

/** The names of the members that an answer of this shape can have. */
export function shownMembers(shape: z.ZodType): string[] {
  const root = schemaOf(shape, 'output');
  return membersOf(alternatives([root], root));
}

/** At most `limit`, in the order of the request. What is not even an object is none of this file's. */
export function unknownMembers(shape: z.ZodType, value: unknown, limit: number): UnknownMember[] {
  const root = schemaOf(shape, 'input');
  const found: UnknownMember[] = [];
  const look = (places: Schema[], at: unknown, path: string[]): void => {
    const options = alternatives(places, root);
    if (options.length === 0 || at === null || typeof at !== 'object') return;
    if (Array.isArray(at)) {
      const items = options.flatMap((option) => option.items ?? []);
      for (let i = 0; i < at.length && items.length > 0 && found.length < limit; i++)
        look(items, at[i], [...path, String(i)]);
      return;
    }
    const objects = options.filter((option) => option.properties ?? option.additionalProperties);
    if (objects.length === 0) return;
    for (const [name, member] of Object.entries(at)) {
      if (found.length >= limit) return;
      const inside = objects.flatMap((object) => memberOf(object, name));
      if (inside.length > 0) look(inside, member, [...path, name]);
      else found.push({ path: [...path, name], known: membersOf(objects), near: nearest(name, objects, root) });
    }
  };
  look([root], value, []);
  return found;
}

/** The shapes that a place can have: references followed, choices laid side by side. */
function alternatives(places: readonly Schema[], root: Schema): Schema[] {
  return places.flatMap((place) => {
    const others = [...(place.anyOf ?? []), ...(place.oneOf ?? []), ...(place.allOf ?? [])];
    if (place.$ref !== undefined) others.push(referred(place.$ref, root));
    return others.length > 0 ? alternatives(others, root) : [place];
  });
}

function referred(reference: string, root: Schema): Schema {
  const found = root.$defs?.[reference.replace('#/$defs/', '')];
  if (!found) throw new Error(`a shape refers to ${reference}, which is not there`);
  return found;
}

function memberOf({ properties, additionalProperties }: Schema, name: string): Schema[] {
  const own = properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (own) return [own];
  return typeof additionalProperties === 'object' ? [additionalProperties] : additionalProperties === true ? [{}] : [];
}

function membersOf(objects: readonly Schema[]): string[] {
  return [...new Set(objects.flatMap((object) => Object.keys(object.properties ?? {})))];
}

/** Another writing of a name, else the same name one level deeper, else the one that comes nearest. */
function nearest(name: string, objects: readonly Schema[], root: Schema): string | null {
  const wanted = normaliseLabel(name.slice(0, 100));
  // Of two that are equally near, the one that begins alike: “hostname” is the host.
  const known = membersOf(objects).toSorted((a, b) => Number(b[0] === name[0]) - Number(a[0] === name[0]));
  const [best] = nearestTo(name.slice(0, 100), known, 3).filter((one) => isOfLikeLength(one, name));
  if (best !== undefined && normaliseLabel(best) === wanted) return best;
  return deeper(wanted, objects, root) ?? best ?? null;
}

/** “user” may stand for username; “host” is no help with hostKeyChecking. */
function isOfLikeLength(one: string, other: string): boolean {
  return Math.min(one.length, other.length) >= 0.4 * Math.max(one.length, other.length);
}

function deeper(wanted: string, objects: readonly Schema[], root: Schema): string | null {
  for (const object of objects)
    for (const [outer, schema] of Object.entries(object.properties ?? {})) {
      const inner = membersOf(alternatives([schema], root)).find((one) => normaliseLabel(one) === wanted);
      if (inner !== undefined) return `${outer}.${inner}`;
    }
  return null;
}

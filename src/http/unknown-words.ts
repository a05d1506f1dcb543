// What a caller reads about members of a request that are not known, or that cannot be set by it.
// Invariant: names are bounded and made visible; a value is never repeated.

import type { z } from 'zod';
import { AppError, type FieldError } from '../domain/errors.ts';
import { joinWords, showLabel } from '../domain/labels.ts';
import { shownMembers, type UnknownMember } from './unknown-members.ts';

/** Where an input came from. `answer`: the shape of the route's answer; `elsewhere`: as the route table has it. */
export type InputSource = {
  part: 'body' | 'query' | 'form';
  answer?: z.ZodType | undefined;
  elsewhere?: Readonly<Record<string, string>> | undefined;
};

const parts = {
  body: { code: 'unknown-member', whole: 'request', one: 'member', none: 'This request takes none.', hint: '' },
  query: { code: 'unknown-parameter', whole: 'address', one: 'parameter', none: 'This address takes none.', hint: '' },
  form: {
    code: 'unknown-part',
    whole: 'form',
    one: 'part',
    none: 'This form takes none.',
    hint: 'Settings stand in the address.',
  },
} as const;

/** The refusal for what was found, which is at least one. `others`: what else is wrong with the request. */
export function refuseUnknown(
  found: readonly UnknownMember[],
  source: InputSource,
  others: readonly FieldError[] = [],
): AppError {
  const settled = new Set([
    ...(source.part === 'body' && source.answer ? shownMembers(source.answer) : []),
    ...Object.keys(source.elsewhere ?? {}),
  ]);
  const isSettled = ({ path }: UnknownMember) => path.length === 1 && settled.has(path[0] ?? '');
  const unknown = found.filter((one) => !isSettled(one));
  const unsettable = found.filter(isSettled);
  const way = ({ path }: UnknownMember) => source.elsewhere?.[path[0] ?? ''] ?? 'It is only shown.';
  const fields = [
    ...unknown.map((one) => ({ name: memberPath(one.path), message: sentences('Is not known here.', meant(one)) })),
    ...unsettable.map((one) => ({ name: memberPath(one.path), message: sentences('Cannot be set here.', way(one)) })),
    ...others,
  ];
  const { code, whole, one, none, hint } = parts[source.part];
  const refusal = (what: string, named: readonly UnknownMember[], why: string, advice: readonly string[]) => {
    const names = named.length === 1 ? `a ${one}` : `${one}s`;
    const title = `The ${whole} has ${names} that ${why}: ${namesOf(named)}.`;
    return new AppError('invalid', what, title, sentences(...advice, knownBeside(named, none)), fields);
  };
  if (unknown.length > 0)
    return refusal(code, unknown, unknown.length === 1 ? 'is not known' : 'are not known', [
      ...unknown.slice(0, 1).map(meant),
      hint,
    ]);
  const ways = [...new Set(unsettable.map(way))].slice(0, 3);
  return refusal('cannot-be-set-here', unsettable, 'cannot be set here', [...ways, 'Leave it out.']);
}

/** The place of a member as `fields` names it: bounded, with nothing invisible in it. */
export function memberPath(path: readonly PropertyKey[]): string {
  return path.map((name) => showLabel(String(name)).toWellFormed()).join('.');
}

function namesOf(found: readonly UnknownMember[]): string {
  const named = found.slice(0, 3).map(({ path }) => `“${memberPath(path)}”`);
  return found.length > 3 ? `${named.join(', ')} and others` : joinWords(named);
}

function meant({ path, near }: UnknownMember): string {
  return near === null ? '' : `Did you mean “${memberPath([...path.slice(0, -1), near])}”?`;
}

/** What can stand in the place of the first; some dozens of names at most. */
function knownBeside([first]: readonly UnknownMember[], none: string): string {
  if (!first || first.known.length === 0) return none;
  const { path, known } = first;
  const where = path.length > 1 ? ` in “${memberPath(path.slice(0, -1))}”` : '';
  return `Known${where} ${known.length === 1 ? 'is' : 'are'} ${joinWords(known)}.`;
}

function sentences(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join(' ');
}

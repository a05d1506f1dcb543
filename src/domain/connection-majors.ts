// Majors of a connection, and the institution's list of those that it offers.
// Invariant: names are compared without regard to case; a semicolon is never part of a name, because it separates them.

import { cellText } from './connection-cells.ts';
import type { ConnectionProblem } from './connection-problems.ts';

/** A delivered record has at most so many. */
const mostMajors = 3;
const longestMajor = 200;

/** Finds the spelling that the institution's list has for a name; undefined when it does not offer it. An empty list offers all. */
function offeredSpelling(offered: readonly string[]): (name: string) => string | undefined {
  if (offered.length === 0) return (name) => name;
  const spellings = new Map(offered.map((name) => [name.toLowerCase(), name]));
  return (name) => spellings.get(name.toLowerCase());
}

/** A notice shows so many characters of a major. */
const longestShown = 60;

/** A name as it can be told: short, without characters that cannot be seen or turn the text around them. */
function shortName(name: string): string {
  const characters = [...(name.replace(/\p{C}/gu, ' ').trim() || '?')];
  return characters.length <= longestShown ? characters.join('') : `${characters.slice(0, longestShown - 1).join('')}…`;
}

/**
 * Makes the check of a cell: a text separated by semicolons, or an array of JSON. What is wrong is added to `problems`. A
 * major that is not offered stays in the record, so that it can be delivered once the list has it.
 */
export function majorsChecker(offered: readonly string[]): (cell: unknown, problems: ConnectionProblem[]) => string[] {
  const spellingOf = offeredSpelling(offered);
  return (cell, problems) => {
    if (cell === undefined || cell === null || cell === '') return [];
    const tell = (code: string, effect: 'cell-dropped' | 'notice', facts: ConnectionProblem['facts'] = {}) =>
      problems.push({ field: 'majors', code, effect, facts });
    const names = new Map<string, string>();
    for (const item of Array.isArray(cell) ? cell : [cell]) {
      const text = cellText(item);
      if (text === undefined) tell('unreadable-value', 'cell-dropped');
      for (const name of (text ?? '').split(';').map((part) => part.trim())) {
        if (name.length > longestMajor)
          tell('value-too-long', 'cell-dropped', { limit: longestMajor, length: name.length });
        else if (name !== '' && !names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
      }
      // Far more than anybody has: the rest is not looked at.
      if (names.size > 100) break;
    }
    const kept = [...names.values()].slice(0, mostMajors);
    if (names.size > mostMajors) tell('too-many-majors', 'notice', { most: mostMajors });
    const strange = kept.filter((name) => spellingOf(name) === undefined);
    if (strange.length > 0) tell('major-not-offered', 'notice', { majors: strange.map(shortName) });
    return kept.map((name) => spellingOf(name) ?? name);
  };
}

/** A list of offered majors in its order; of names that differ only by case the first stays. Blank ones vanish. */
export function distinctMajors(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.flatMap((given) => {
    const name = cellText(given) ?? '';
    const key = name.toLowerCase();
    if (name === '' || seen.has(key)) return [];
    seen.add(key);
    return [name];
  });
}

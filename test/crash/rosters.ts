// The files that are uploaded: a large first one, the same again, one with five changed rows in a hundred, and small mixed ones with faulty rows.
// Invariant: a file is made from choices of the seed and from the files planned before it, never from what became of them.

import { type Cells, fieldNames, labels, personCells } from './people.ts';
import type { Random } from './seeded.ts';

/** What is wrong with a row, if anything. `repeated`: an earlier row of the file has its CRM ID. */
export type Flaw = 'none' | 'no last name' | 'bad phone' | 'bad email' | 'bad date' | 'no email' | 'repeated';
export type Row = { cells: Cells; flaw: Flaw };
export type RosterKind = 'first' | 'same' | 'changed' | 'mixed' | 'long';
export type Roster = { name: string; kind: RosterKind; rows: readonly Row[]; bytes: Buffer };

/** From this size on rows are compared (ADR 0012), and a first file goes straight into the contacts (ADR 0013). */
const largeFile = 256 * 1024;

/** Plans the files of one institution, one after the other. `longest`: rows of the longest file. */
export class RosterPlan {
  readonly #random: Random;
  readonly #longest: number;
  /** The present version of each person. */
  readonly #versions: number[] = [];
  readonly #made: Roster[] = [];

  constructor(random: Random, longest: number) {
    this.#random = random;
    this.#longest = longest;
  }

  next(): Roster {
    const roster = this.#make(this.#chooseKind());
    this.#made.push(roster);
    return roster;
  }

  #chooseKind(): RosterKind {
    if (this.#made.length === 0) return 'first';
    const choice = this.#random.below(100);
    if (choice < 8) return 'same';
    if (choice < 20) return 'changed';
    return choice < 23 ? 'long' : 'mixed';
  }

  #make(kind: RosterKind): Roster {
    const name = `${kind}-${this.#made.length}.csv`;
    const [first] = this.#made;
    if (kind === 'same') return { ...this.#random.pick(this.#made), name, kind };
    if (kind === 'first' || first === undefined) return rosterOf(name, kind, this.#newcomers(largeFile));
    if (kind === 'changed') return rosterOf(name, kind, this.#changed(first));
    if (kind === 'long') return rosterOf(name, kind, this.#manyNewcomers());
    return rosterOf(name, kind, this.#mixed());
  }

  #person(): Row {
    const person = this.#versions.push(0) - 1;
    return { cells: personCells(person, 0), flaw: 'none' };
  }

  #manyNewcomers(): Row[] {
    return Array.from({ length: this.#longest / 2 + this.#random.below(this.#longest / 2) }, () => this.#person());
  }

  /** People whom nobody has seen before, until the file is that large; of a hundred rows one is faulty. */
  #newcomers(size: number): Row[] {
    const rows: Row[] = [];
    for (let bytes = 0; bytes < size; ) {
      const row = this.#random.below(100) === 0 ? this.#spoil(this.#person(), rows) : this.#person();
      rows.push(row);
      bytes += Object.values(row.cells).join().length;
    }
    return rows;
  }

  /** The people of that file, five of a hundred in a new version. */
  #changed({ rows }: Roster): Row[] {
    const people = [...new Set(rows.map(({ cells }) => Number(cells.crmId.slice(1))))];
    return people.map((person) => this.#presentRow(person, this.#random.below(100) < 5));
  }

  #presentRow(person: number, renewed: boolean): Row {
    const version = (this.#versions[person] ?? 0) + (renewed ? 1 : 0);
    this.#versions[person] = version;
    return { cells: personCells(person, version), flaw: 'none' };
  }

  /** New people, known people with and without a change, and among ten rows a faulty one. */
  #mixed(): Row[] {
    const rows: Row[] = [];
    const known = this.#versions.length;
    for (let count = 1 + this.#random.below(120); count > 0; count--) {
      const choice = this.#random.below(3);
      const row = choice === 0 ? this.#person() : this.#presentRow(this.#random.below(known), choice === 1);
      const isHere = rows.some(({ cells }) => cells.crmId === row.cells.crmId);
      if (isHere) rows.push({ ...row, flaw: 'repeated' });
      else rows.push(this.#random.below(10) === 0 ? this.#spoil(row, rows) : row);
    }
    return rows;
  }

  #spoil({ cells }: Row, earlier: readonly Row[]): Row {
    const flaw = this.#random.pick(['no last name', 'bad phone', 'bad email', 'bad date', 'no email', 'repeated']);
    if (flaw === 'no last name') return { cells: { ...cells, lastName: ' ' }, flaw };
    if (flaw === 'bad phone') return { cells: { ...cells, phone: '+15551234567' }, flaw };
    if (flaw === 'bad email') return { cells: { ...cells, email: 'not an address' }, flaw };
    if (flaw === 'bad date') return { cells: { ...cells, dateOfBirth: '2001-02-30' }, flaw };
    if (flaw === 'no email' || earlier.length === 0) return { cells: { ...cells, email: '' }, flaw: 'no email' };
    return { cells: { ...cells, crmId: this.#random.pick(earlier).cells.crmId }, flaw: 'repeated' };
  }
}

function rosterOf(name: string, kind: RosterKind, rows: readonly Row[]): Roster {
  const lines = rows.map(({ cells }) => fieldNames.map((field) => quoted(cells[field])).join(','));
  const header = Object.keys(labels).join(',');
  return { name, kind, rows, bytes: Buffer.from(`${[header, ...lines].join('\r\n')}\r\n`) };
}

function quoted(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

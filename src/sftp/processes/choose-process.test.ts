import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseProcess, clearlyMore } from './choose-process.ts';

const cases: [what: string, loads: [links: number, ofNetwork: number][], chosen: number | undefined][] = [
  ['none where there is none', [], undefined],
  [
    'the first of equals',
    [
      [0, 0],
      [0, 0],
    ],
    0,
  ],
  [
    'the least busy one for a new network',
    [
      [3, 0],
      [2, 0],
    ],
    1,
  ],
  [
    'the one that has the network',
    [
      [3, 1],
      [2, 0],
    ],
    0,
  ],
  [
    'the one that has the network, just not clearly busier',
    [
      [clearlyMore - 1, 1],
      [0, 0],
    ],
    0,
  ],
  [
    'the least busy one when the one with the network is clearly busier',
    [
      [clearlyMore, clearlyMore],
      [0, 0],
    ],
    1,
  ],
  [
    'the less busy of two that have the network',
    [
      [9, 8],
      [3, 1],
      [2, 0],
    ],
    1,
  ],
];

for (const [what, loads, chosen] of cases)
  test(`a link goes to ${what}`, () => {
    const processes = loads.map(([links, ofNetwork], number) => ({ links, ofNetwork, number }));
    assert.equal(chooseProcess(processes)?.number, chosen);
  });

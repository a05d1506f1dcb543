// The line of links for which there is no place yet.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Admission, AdmissionDesk, type AdmissionLimits } from './admission.ts';
import { type LineLimits, WaitingLine } from './waiting-line.ts';

/** Links by name: who was let in, in order, with their places, and who was sent away why. */
function door(limits: Partial<AdmissionLimits & LineLimits> = {}) {
  const desk = new AdmissionDesk({
    waitingPerAddress: 2,
    waitingInAll: 3,
    waitingKnown: 1,
    linksInAll: 100,
    ...limits,
  });
  const line = new WaitingLine(desk, { inLinePerAddress: 3, inLineInAll: 6, longestWait: 1000, ...limits });
  const places = new Map<string, Admission>();
  const letIn: string[] = [];
  const sentAway: [name: string, why: string][] = [];
  return {
    line,
    letIn,
    sentAway,
    arrive(...names: string[]): void {
      for (const name of names)
        line.arrive(`192.0.2.${name.replace(/\D/g, '')}`, {
          letIn(place) {
            letIn.push(name);
            places.set(name, place);
          },
          sendAway: (why) => sentAway.push([name, why]),
        });
    },
    logsIn: (name: string) => places.get(name)?.loggedIn(),
    ends: (name: string) => places.get(name)?.ended(),
  };
}

test('links beyond the places of their address wait, and are let in one by one in the order in which they came', () => {
  const { arrive, letIn, logsIn, ends, sentAway } = door();
  arrive('a1', 'b1', 'c1', 'd1', 'e1');
  assert.deepEqual(letIn, ['a1', 'b1']);
  logsIn('a1');
  assert.deepEqual(letIn, ['a1', 'b1', 'c1']);
  ends('b1');
  ends('a1');
  assert.deepEqual(letIn, ['a1', 'b1', 'c1', 'd1']);
  logsIn('c1');
  assert.deepEqual(letIn, ['a1', 'b1', 'c1', 'd1', 'e1']);
  assert.deepEqual(sentAway, []);
});

test('an address with a long line takes nothing from others: they are let in past it', () => {
  const { arrive, letIn } = door();
  arrive('a1', 'b1', 'c1', 'd1', 'e1', 'x2');
  assert.deepEqual(letIn, ['a1', 'b1', 'x2']);
});

test('when all places are taken, free ones go round among the addresses', () => {
  const { arrive, letIn, ends } = door({ waitingPerAddress: 3 });
  arrive('a1', 'b1', 'c1', 'd1', 'e1', 'f1', 'x2', 'y2', 'z3');
  for (const name of ['a1', 'b1', 'c1', 'd1', 'x2', 'z3']) ends(name);
  assert.deepEqual(letIn, ['a1', 'b1', 'c1', 'd1', 'x2', 'z3', 'e1', 'y2', 'f1']);
});

test('a line that is full sends its next one away with a sentence', () => {
  const { arrive, sentAway, line } = door();
  arrive('a1', 'b1', 'c1', 'd1', 'e1', 'f1');
  assert.deepEqual(
    sentAway.map(([name]) => name),
    ['f1'],
  );
  assert.match(sentAway[0]?.[1] ?? '', /^Too many links from this address/);
  assert.equal(line.length, 3);
});

test('when all lines together are full, the last of the longest makes room for an address with a shorter one', () => {
  const { arrive, letIn, sentAway, line, ends } = door({ waitingInAll: 2, waitingKnown: 0, inLinePerAddress: 5 });
  arrive('a1', 'b1', 'c1', 'd1', 'e1', 'f1', 'g1', 'x2');
  assert.deepEqual([line.length, sentAway], [6, []]);
  arrive('y3');
  assert.deepEqual(
    sentAway.map(([name]) => name),
    ['g1'],
  );
  arrive('h1');
  assert.deepEqual(
    sentAway.map(([name]) => name),
    ['g1', 'h1'],
  );
  for (const name of ['a1', 'b1', 'c1']) ends(name);
  assert.deepEqual(letIn, ['a1', 'b1', 'c1', 'x2', 'y3']);
});

test('who would only replace an equal is sent away', () => {
  const { arrive, sentAway } = door({ waitingInAll: 1, waitingKnown: 0, inLineInAll: 2 });
  arrive('a1', 'b1', 'x2', 'y3');
  assert.deepEqual(
    sentAway.map(([name]) => name),
    ['y3'],
  );
});

test('an address from which somebody has logged in is let in although strangers took every place', () => {
  const { arrive, letIn, logsIn, ends } = door();
  arrive('a1');
  logsIn('a1');
  ends('a1');
  arrive('x2', 'y2', 'x3', 'x4', 'b1');
  assert.deepEqual(letIn, ['a1', 'x2', 'y2', 'x3', 'b1']);
});

test('nobody waits for ever', () => {
  const { arrive, letIn, sentAway, line, ends } = door({ longestWait: 0 });
  arrive('a1', 'b1', 'c1', 'd1');
  line.checkTime();
  assert.deepEqual(
    sentAway.map(([name]) => name),
    ['c1', 'd1'],
  );
  ends('a1');
  assert.deepEqual([letIn, line.length], [['a1', 'b1'], 0]);
});

test('when the server stops, everybody in line is told so', () => {
  const { arrive, sentAway, line } = door();
  arrive('a1', 'b1', 'c1', 'd1');
  line.close('We close.');
  assert.deepEqual(sentAway, [
    ['c1', 'We close.'],
    ['d1', 'We close.'],
  ]);
});

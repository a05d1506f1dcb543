// Places for links that wait for their login.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdmissionDesk } from './admission.ts';

const limits = { waitingPerAddress: 2, waitingInAll: 3, waitingKnown: 1, linksInAll: 100 };
const isPlace = (answer: unknown) => typeof answer !== 'string';

test('strangers who take every place do not keep out a network from which somebody has logged in', () => {
  const desk = new AdmissionDesk(limits);
  const sender = desk.admit('192.0.2.1');
  assert.ok(typeof sender !== 'string');
  sender.loggedIn();
  sender.ended();
  for (const stranger of ['198.51.100.1', '198.51.100.2', '198.51.100.3']) assert.ok(isPlace(desk.admit(stranger)));
  assert.ok(!isPlace(desk.admit('198.51.100.4')));
  assert.ok(isPlace(desk.admit('192.0.2.1')));
  assert.ok(!isPlace(desk.admit('192.0.2.1')));
});

test('a link that ends without a login makes its network no better known', () => {
  const desk = new AdmissionDesk(limits);
  const first = desk.admit('192.0.2.1');
  if (typeof first !== 'string') first.ended();
  for (const stranger of ['198.51.100.1', '198.51.100.2', '198.51.100.3']) assert.ok(isPlace(desk.admit(stranger)));
  assert.ok(!isPlace(desk.admit('192.0.2.1')));
});

test('one address has its own limit, and places come back', () => {
  const desk = new AdmissionDesk(limits);
  const places = [desk.admit('192.0.2.1'), desk.admit('192.0.2.1')];
  const third = desk.admit('192.0.2.1');
  assert.match(typeof third === 'string' ? third : '', /from this address/);
  for (const place of places) if (typeof place !== 'string') place.ended();
  assert.ok(isPlace(desk.admit('192.0.2.1')));
});

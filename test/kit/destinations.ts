// An institution whose destinations are set up through the API, with every event that people would be told of.
// Invariant: only the clock is replaced; servers are real ones on the loopback.

import { randomUUID } from 'node:crypto';
import type { NotifyEvent } from '../../src/domain/events.ts';
import type { InstitutionRecord } from '../../src/store/institutions.ts';
import { makeInstitution, makeToken, openTestDeps } from './accounts.ts';
import { type Answer, type Json, openTestHttp, type TestHttp } from './http.ts';
import type { Partner } from './partners/partner.ts';

export type TestDestinations = {
  t: TestHttp;
  institution: InstitutionRecord;
  /** What people were told, in order. */
  events: NotifyEvent[];
  /** The API as the institution's admin; `path` is below its destinations. */
  call(method: string, path: string, json?: unknown): Promise<Answer>;
  /** As `call`, for what must work. */
  ok(method: string, path: string, json?: unknown): Promise<Json>;
  /** A draft for the partner's login by password, for connections. */
  create(partner: Login, more?: Record<string, unknown>): Promise<Json>;
  /** A destination that was tested, its fingerprints confirmed, and that is on. */
  createOn(partner: Login, more?: Record<string, unknown>): Promise<Json>;
  close(): Promise<void>;
};

type Login = Pick<Partner, 'host' | 'port' | 'username' | 'password' | 'folder' | 'hostKeys'>;

export async function openTestDestinations(): Promise<TestDestinations> {
  const deps = await openTestDeps();
  const events: NotifyEvent[] = [];
  deps.notify = async (_tx, _institutionId, event) => void events.push(event);
  const t = await openTestHttp({}, {}, deps);
  return { ...(await newInstitution(t, events)), close: () => awake(t.close) };
}

/** Idle links of a pool keep no process alive, and one with nothing else to do ends its test database. */
async function awake(work: () => Promise<void>): Promise<void> {
  const timer = setInterval(() => undefined, 1000);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}

/** One more institution of the same server, with an admin of its own. */
export async function newInstitution(
  t: TestHttp,
  events: NotifyEvent[] = [],
): Promise<Omit<TestDestinations, 'close'>> {
  const slug = `school-${randomUUID().slice(0, 8)}`;
  const institution = await makeInstitution(t.deps, slug);
  const token = await makeToken(t.deps, 'admin', slug);
  const call: TestDestinations['call'] = (method, path, json) =>
    t.call(method, `/institutions/${slug}/destinations${path}`, { token, json });
  const ok: TestDestinations['ok'] = async (method, path, json) => {
    const answer = await call(method, path, json);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const create: TestDestinations['create'] = ({ host, port, username, password, folder }, more = {}) => {
    const secret = 'generateKey' in more ? {} : { password };
    return ok('POST', '', { dataset: 'connections', host, port, username, path: folder, ...secret, ...more });
  };
  return {
    t,
    institution,
    events,
    call,
    ok,
    create,
    createOn: async (partner, more) => {
      const { id } = await create(partner, more);
      for (const { sha256 } of (await ok('POST', `/${id}/probe`, {})).fingerprints)
        await ok('POST', `/${id}/host-keys`, { sha256 });
      const probe = await ok('POST', `/${id}/probe`, { enable: true });
      if (!probe.enabled) throw new Error(`a destination did not go on: ${JSON.stringify(probe)}`);
      return ok('GET', `/${id}`);
    },
  };
}

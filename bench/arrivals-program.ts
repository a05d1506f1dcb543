// A program that uploads files over real SFTP sessions at a steady rate: one session per file, as nightly jobs do.
// Invariant: open loop: a session is due by the clock, and its times count from when it was due, however late it began.

import { setTimeout as pause } from 'node:timers/promises';
import { runAsProgram } from './bench-program.ts';
import { rosterText } from './generate-roster.ts';
import { answered, openSession, type SessionLogin } from './sftp-session.ts';

export type ArrivalsTask = {
  /** One per institution; arrivals take them in turns. */
  logins: readonly SessionLogin[];
  arrivals: number;
  /** The time over which they are spread evenly. */
  seconds: number;
  rowsPerFile: number;
};

export type ArrivalsResult = {
  /** Milliseconds per arrival from when it was due to the reply to its CLOSE. */
  arrived: number[];
  /** Milliseconds from CLOSE to its reply. */
  closed: number[];
  /** What went wrong, by message. */
  failures: Record<string, number>;
};

await runAsProgram(import.meta.filename, async (task: ArrivalsTask, end): Promise<ArrivalsResult> => {
  const { arrivals, seconds, logins, rowsPerFile } = task;
  const result: ArrivalsResult = { arrived: [], closed: [], failures: {} };
  // A daily file and the one of the day after; every institution has its own people.
  const files = logins.map((_, seed) =>
    [0, 0.05].map((changed) => Buffer.from([...rosterText({ rows: rowsPerFile, seed, changed })].join(''))),
  );
  end.ready();
  const began = performance.now();
  const sessions: Promise<void>[] = [];
  for (let number = 0; number < arrivals; number += 1) {
    const due = began + (number * seconds * 1000) / arrivals;
    const early = due - performance.now();
    if (early > 0) await pause(early);
    const [feed, turn] = [number % logins.length, Math.floor(number / logins.length)];
    const login = logins[feed];
    const bytes = files[feed]?.[turn % 2];
    if (!login || !bytes) throw new Error('no login for an arrival');
    sessions.push(
      upload(login, `roster-${turn}.csv`, bytes).then(
        ({ closeSent, answeredAt }) => {
          result.arrived.push(answeredAt - due);
          result.closed.push(answeredAt - closeSent);
        },
        (error: unknown) => {
          const message = error instanceof Error ? error.message : String(error);
          result.failures[message] = (result.failures[message] ?? 0) + 1;
        },
      ),
    );
  }
  await Promise.all(sessions);
  return result;
});

async function upload(
  login: SessionLogin,
  name: string,
  bytes: Buffer,
): Promise<{ closeSent: number; answeredAt: number }> {
  const { client, sftp } = await openSession(login);
  try {
    const handle = await answered<Buffer>((done) => sftp.open(`/${name}`, 'w', done));
    await answered<void>((done) => sftp.write(handle, bytes, 0, bytes.length, 0, done));
    const closeSent = performance.now();
    await answered<void>((done) => sftp.close(handle, done));
    return { closeSent, answeredAt: performance.now() };
  } finally {
    client.end();
  }
}

// A program that opens SFTP sessions one after the other, and holds them until it is told to finish.
// Invariant: ready means that all of them are open; a session that ends by itself ends the program with an error.

import { runAsProgram } from './bench-program.ts';
import { openSession, type SessionLogin } from './sftp-session.ts';

export type IdleTask = SessionLogin & { sessions: number };

export type IdleResult = { held: number };

await runAsProgram(import.meta.filename, async ({ sessions, ...login }: IdleTask, end): Promise<IdleResult> => {
  const clients = [];
  for (let number = 0; number < sessions; number += 1) clients.push((await openSession(login)).client);
  const abandoned = () => process.exit(1);
  for (const client of clients) client.once('close', abandoned);
  end.ready();
  await end.finish;
  for (const client of clients) client.off('close', abandoned).end();
  return { held: clients.length };
});

// A process that serves SFTP for tests of the edge: one login, and a root of its own that holds a file named after the process.
// Invariant: it shares no state with the main process or with others like it.

import type { LoginResult } from '../../src/sftp/ports.ts';
import { joinMainProcess } from '../../src/sftp/processes/serve-links.ts';
import { createMemoryRoot } from './memory-root.ts';
import { edgePassword, edgeUser } from './sftp-edge.ts';

/** `failing`: it ends before it takes links. */
export type EdgeTask = { hostKeys: string[]; failing?: boolean };

const main = joinMainProcess();
const task = (await main.task) as EdgeTask;
if (task.failing) {
  await main.fail('this one was told to fail');
  main.leave();
} else {
  const root = createMemoryRoot();
  root.nodes.set(`/${process.pid}`, { kind: 'file', bytes: Buffer.of(), mode: 0o644, modifiedAt: new Date() });
  const ids = { institutionId: 'institution-1', feedId: 'feed-1' };
  const accepted: LoginResult = { kind: 'accepted', ...ids, openRoot: async () => root };
  const refused: LoginResult = { kind: 'refused', ...ids, reason: 'wrong-password' };
  const nothing = async (): Promise<void> => undefined;
  await main.serve({
    hostKeys: task.hostKeys,
    clock: { now: () => new Date() },
    loginRules: { firstRefusal: 5, slowestRefusal: 10, offerRefusal: 1 },
    isWritten: () => false,
    ports: {
      authenticate: {
        byPassword: async (user, password) => (user === edgeUser && password === edgePassword ? accepted : refused),
        offersKey: async () => refused,
        byKey: async () => refused,
      },
      sessions: { sessionStarted: nothing, sessionRefused: nothing, sessionEnded: nothing },
      reportBug: (message, cause) => console.error(message, cause),
    },
  });
  main.leave();
}

// As whom, and how, the programs of PostgreSQL are run. PostgreSQL refuses to run as root, so that root needs a way round.
// Invariant: the child gets a clean environment, a process group of its own, and (on Linux) dies in good order with its parent.
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { DatabaseLog } from '../connection.ts';
import { DatabaseStartError } from '../database-error.ts';
import { barrierOnTheWay } from './barrier.ts';
import { type Binaries, copiedBinaries } from './binaries.ts';

/** The user and group for PostgreSQL under root: `nobody`. */
const UNPRIVILEGED = 65534;

/** `self`: as we are. `user`: root gives up its rights. `namespace`: PostgreSQL believes not to be root, outside it is. */
export type RunAs = { kind: 'self' } | { kind: 'user'; uid: number; gid: number } | { kind: 'namespace' };

export type ServerProcess = ChildProcessByStdio<null, Readable, Readable>;

export interface Launcher {
  readonly runAs: RunAs;
  readonly binaries: Binaries;
  /** Who must own the files of the database, as seen from outside; undefined: whoever makes them. */
  readonly owner: { uid: number; gid: number } | undefined;
  /** Starts `initdb` or `postgres`; standard input is empty, both outputs are pipes. */
  launch(program: 'initdb' | 'postgres', args: readonly string[]): ServerProcess;
}

/** Chooses the first way that really works here: each one is tried with `postgres --version`. `folder` is the data folder. */
export async function chooseLauncher(folder: string, packaged: Binaries, log?: DatabaseLog): Promise<Launcher> {
  const reasons: string[] = [];
  for (const candidate of candidates(folder, packaged, reasons)) {
    const launcher = await tryOut(candidate.runAs, candidate.binaries(), reasons);
    if (launcher === undefined) continue;
    if (launcher.runAs.kind === 'namespace') {
      log?.warn(
        { reasons },
        'PostgreSQL runs with the rights of root, hidden in a user namespace: start Causeway as another user, or put its folder and CAUSEWAY_DATA where other users can enter',
      );
    }
    return launcher;
  }
  throw new DatabaseStartError(sentence(reasons));
}

interface Candidate {
  runAs: RunAs;
  binaries: () => Binaries;
}

function* candidates(folder: string, packaged: Binaries, reasons: string[]): Generator<Candidate> {
  if (process.getuid?.() !== 0) {
    yield { runAs: { kind: 'self' }, binaries: () => packaged };
    return;
  }
  // A database that belongs to an ordinary user already stays with that user.
  const found = statSync(join(folder, 'postgres'), { throwIfNoEntry: false });
  const user = found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : { uid: UNPRIVILEGED, gid: UNPRIVILEGED };
  const barrier = barrierOnTheWay(folder, user);
  if (barrier === undefined) {
    const direct = barrierOnTheWay(join(packaged.root, 'share'), user) === undefined;
    yield {
      runAs: { kind: 'user', ...user },
      binaries: () => (direct ? packaged : copiedBinaries(packaged, folder)),
    };
  } else {
    reasons.push(`user ${user.uid} cannot enter ${barrier}`);
  }
  // In the namespace root has no special rights over what belongs to others.
  const second = barrierOnTheWay(folder, { uid: 0, gid: 0 });
  if (second === undefined) yield { runAs: { kind: 'namespace' }, binaries: () => packaged };
  else reasons.push(`without its special rights root cannot enter ${second}`);
}

async function tryOut(runAs: RunAs, binaries: Binaries, reasons: string[]): Promise<Launcher | undefined> {
  const namespace = runAs.kind === 'namespace' ? namespacePrefix() : [];
  if (namespace === undefined) {
    reasons.push('the program unshare (util-linux) is not installed');
    return undefined;
  }
  const tie = diesWithParent();
  let problem = '';
  for (const prefix of tie.length > 0 ? [[...namespace, ...tie], namespace] : [namespace]) {
    const [command, args] = commandLine(prefix, binaries, 'postgres', ['--version']);
    try {
      await promisify(execFile)(command, args, { ...identity(runAs), ...SURROUNDINGS, timeout: 20_000 });
      return makeLauncher(runAs, binaries, prefix);
    } catch (error) {
      problem = lastLine(error);
    }
  }
  reasons.push(
    `${runAs.kind === 'namespace' ? 'in a user namespace' : 'started directly'}, PostgreSQL says: ${problem}`,
  );
  return undefined;
}

const SURROUNDINGS = { cwd: '/', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } };

function makeLauncher(runAs: RunAs, binaries: Binaries, prefix: readonly string[]): Launcher {
  const root = process.getuid?.() === 0 ? { uid: 0, gid: 0 } : undefined;
  return {
    runAs,
    binaries,
    owner: runAs.kind === 'user' ? { uid: runAs.uid, gid: runAs.gid } : root,
    launch(program, args) {
      const [command, all] = commandLine(prefix, binaries, program, args);
      // A group of its own: Ctrl-C in a terminal reaches Causeway only, which then stops PostgreSQL in its turn.
      return spawn(command, all, {
        ...identity(runAs),
        ...SURROUNDINGS,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    },
  };
}

function commandLine(
  prefix: readonly string[],
  binaries: Binaries,
  program: string,
  args: readonly string[],
): [string, string[]] {
  const [first = '', ...rest] = [...prefix, join(binaries.root, 'bin', program), ...args];
  return [first, rest];
}

function identity(runAs: RunAs): { uid?: number; gid?: number } {
  return runAs.kind === 'user' ? { uid: runAs.uid, gid: runAs.gid } : {};
}

function namespacePrefix(): string[] | undefined {
  const unshare = systemProgram('unshare');
  if (unshare === undefined) return undefined;
  return [unshare, '--user', `--map-user=${UNPRIVILEGED}`, `--map-group=${UNPRIVILEGED}`, '--'];
}

/**
 * Linux sends the child a signal when the thread that made it ends. SIGINT is PostgreSQL's fast shutdown: it ends in
 * good order, with a checkpoint. This saves an orphan; where it is missing, the next start deals with the orphan.
 */
function diesWithParent(): string[] {
  const setpriv = process.platform === 'linux' ? systemProgram('setpriv') : undefined;
  return setpriv ? [setpriv, '--pdeathsig', 'INT', '--'] : [];
}

function systemProgram(name: string): string | undefined {
  return ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin'].map((dir) => join(dir, name)).find(existsSync);
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  return (stderr?.trim() || message || 'nothing').split('\n').at(-1) ?? '';
}

function sentence(reasons: readonly string[]): string {
  const why = reasons.join('; ');
  if (process.getuid?.() !== 0) {
    return `The embedded PostgreSQL cannot be run (${why}). It needs a Linux with glibc, or macOS; elsewhere give the address of a PostgreSQL 15 or later in CAUSEWAY_DATABASE_URL.`;
  }
  return `PostgreSQL does not run as root, and no way round was found (${why}). Start Causeway as another user, or put its folder and CAUSEWAY_DATA where user ${UNPRIVILEGED} can enter them, such as /opt and /var/lib.`;
}

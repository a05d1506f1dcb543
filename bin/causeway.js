#!/usr/bin/env node
// The command `causeway`: sees to it that the program runs on the Node that it is pinned to, whatever Node began.
// Plain JavaScript for Node 20 and later. Invariant: arguments, environment, streams, signals and exit code pass through.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withAllocator } from '../scripts/allocator.js';
import { isPinned, pinnedNode, pinnedVersion } from '../scripts/pinned-node.js';

const shim = fileURLToPath(import.meta.url);
const root = dirname(dirname(shim));

if (isPinned(process.versions.node)) await run();
else runOnPinnedNode();

async function run() {
  if (process.argv[2] === 'serve') {
    // The allocator reads its settings when a process begins.
    const env = withAllocator(process.env);
    if (env !== process.env && process.execve)
      process.execve(process.execPath, [process.execPath, ...process.execArgv, shim, ...process.argv.slice(2)], env);
    const { prepare } = await import('../scripts/prepare.js');
    try {
      await prepare();
    } catch (error) {
      console.error(`causeway: ${error.message}`);
      process.exit(1);
    }
  }
  process.argv[1] = join(root, 'src', 'main.ts');
  await import('../src/main.ts');
}

function runOnPinnedNode() {
  const node = pinnedNode();
  if (node === undefined) {
    const { platform, arch, versions } = process;
    console.error(
      `causeway: this program needs Node ${pinnedVersion()}, and Node ${versions.node} is running. Its own Node for ${platform}-${arch} is not installed: run npm ci without --omit=optional, or start it with Node ${pinnedVersion()}.`,
    );
    process.exit(1);
  }
  const args = [...process.execArgv, shim, ...process.argv.slice(2)];
  // Newer Nodes can become the other program; then there is nothing to pass through.
  if (process.execve && process.platform !== 'win32') process.execve(node, [node, ...args], withAllocator(process.env));
  else passThrough(node, args);
}

function passThrough(node, args) {
  // When this process is killed with SIGKILL, which it cannot pass on, Linux kills the other one too.
  const setpriv = '/usr/bin/setpriv';
  const tie = process.platform === 'linux' && existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL', '--'] : [];
  const [command, ...rest] = [...tie, node, ...args];
  const child = spawn(command, rest, { stdio: 'inherit', env: withAllocator(process.env) });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];
  const forward = (signal) => {
    // Ctrl-C in a terminal reaches both by itself; twice would mean "at once".
    const isFromTerminal = (signal === 'SIGINT' || signal === 'SIGQUIT') && process.stdin.isTTY;
    if (!isFromTerminal) child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  child.on('error', (error) => {
    console.error(`causeway: ${node} cannot be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    for (const name of signals) process.off(name, forward);
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code;
  });
}

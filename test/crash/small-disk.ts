// A file system of its own for the stored files, which can be filled to the last byte and freed again.
// Invariant: it is gone when the harness ends, whichever way; without root there is none, and the report says so.

import { spawnSync } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

export type SmallDisk = { readonly folder: string; fill(): Promise<void>; free(): Promise<void>; end(): void };

/** Why there can be none; false when there can. */
export function smallDiskMissing(): string | false {
  return process.platform === 'linux' && process.getuid?.() === 0
    ? false
    : 'a small file system can be mounted by root on Linux only';
}

const mebibyte = Buffer.alloc(1024 * 1024);

export async function mountSmallDisk(folder: string, mebibytes: number): Promise<SmallDisk> {
  await mkdir(folder, { recursive: true });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=755`, 'tmpfs', folder]);
  if (mounted.status !== 0) throw new Error(`no small file system: ${mounted.stderr}`);
  const end = () => {
    process.off('exit', end);
    spawnSync('umount', ['-l', folder]);
  };
  process.once('exit', end);
  const ballast = join(folder, 'ballast');
  return {
    folder,
    async fill() {
      const file = await open(ballast, 'w');
      try {
        for (;;) await file.write(mebibyte);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      } finally {
        await file.close();
      }
    },
    free: () => rm(ballast, { force: true }),
    end,
  };
}

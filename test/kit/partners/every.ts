// The three servers as a table, for tests that hold for each of them.
// Invariant: one that cannot run here is skipped by name, never left out.

import type { Partner, PartnerName } from './partner.ts';
import { proftpdMissing, startProftpd } from './proftpd.ts';
import { rcloneMissing, startRcloneServe } from './rclone.ts';
import { startSshd } from './sshd.ts';
import { sshdMissing } from './sshd-namespace.ts';

export const everyPartner: readonly { name: PartnerName; start(): Promise<Partner>; missing(): string | false }[] = [
  { name: 'sshd', start: () => startSshd(), missing: sshdMissing },
  { name: 'proftpd', start: () => startProftpd(), missing: proftpdMissing },
  { name: 'rclone', start: () => startRcloneServe(), missing: rcloneMissing },
];

// Development: the sample installation with the sample roster in it, a partner's SFTP server with one delivery, and the web
// pages rebuilt as they are edited. Mails are kept and can be read under Notifications.
// Invariant: Ctrl-C ends everything that was started here and removes its data.

import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { deliverSample } from './demo-delivery.ts';
import { startPartnerServer } from './partner-server.ts';
import { startSampleInstallation } from './sample-installation.ts';
import { uploadBySftp } from './sftp-upload.ts';
import { temporaryFolder } from './temporary-folder.ts';

const folder = await temporaryFolder('causeway-dev-');
const ports = { CAUSEWAY_HTTP_PORT: '8080', CAUSEWAY_SFTP_PORT: '2022', CAUSEWAY_LOG_LEVEL: 'info' };
const { server, client, login, admin, token } = await startSampleInstallation(folder, ports, 'inherit');
await uploadBySftp(login, join(import.meta.dirname, '../samples/fall-roster.csv'), folder);
const partner = await startPartnerServer(join(folder, 'partner'));
await deliverSample(client, partner, (line) => console.log(line ?? ''));
const web = spawn(process.execPath, [join(import.meta.dirname, '../node_modules/vite/bin/vite.js')], {
  cwd: join(import.meta.dirname, '../web'),
  stdio: 'inherit',
});
console.log(`API            ${server.ready.http}`);
console.log(`sign in        ${admin.email}  ${admin.password}`);
console.log(`operator token ${token}`);
console.log(
  `partner        ${partner.host}:${partner.port}  ${partner.username}  ${partner.password}  ${partner.fingerprint}`,
);
console.log(`SFTP           sftp -i ${login.keyFile} -P ${login.port} ${login.username}@${login.host}`);

let ending = false;
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  web.kill();
  await server.stop();
  await partner.stop();
  await rm(folder, { recursive: true, force: true });
  process.exit(0);
}
process.on('SIGINT', end);
process.on('SIGTERM', end);

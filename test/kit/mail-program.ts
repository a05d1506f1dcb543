// A process that sends one mail: `mail-program.ts <database url> <SMTP url> <institution> <mail>`.

import { openMailTransport } from '../../src/adapters/smtp/mail-transport.ts';
import { openDatabase } from '../../src/db/connection.ts';
import type { InstitutionId, MailId } from '../../src/domain/ids.ts';
import { sendMail } from '../../src/notify/send-mail.ts';

const [databaseUrl = '', smtpUrl = '', institutionId = '', mailId = ''] = process.argv.slice(2);
const publicUrl = () => 'https://causeway.example.edu';
const db = await openDatabase({ kind: 'postgres', url: databaseUrl });
const mail = openMailTransport(smtpUrl, { publicUrl });
const installation = { version: '0', publicSftp: () => ({ host: '', port: 0 }), publicUrl, egressAddresses: [] };
const ids = { institutionId: institutionId as InstitutionId, mailId: mailId as MailId };
await sendMail({ db, mail, installation, clock: { now: () => new Date() } }, ids, { attempt: 0, last: false });
mail.close();
await db.close();

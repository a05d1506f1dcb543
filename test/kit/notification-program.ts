// A process that works off mails and webhook deliveries until it is killed: `notification-program.ts <database url> <SMTP url>
// <key of the sealer, in hex>`.

import { createHttpPost } from '../../src/adapters/http-post/http-post.ts';
import { createConnect } from '../../src/adapters/network/connect.ts';
import { createSealer } from '../../src/adapters/sealing/sealer.ts';
import { openMailTransport } from '../../src/adapters/smtp/mail-transport.ts';
import { openDatabase } from '../../src/db/connection.ts';
import { openQueue } from '../../src/db/queue.ts';
import type { InstitutionId, MailId, WebhookDeliveryId } from '../../src/domain/ids.ts';
import { queues } from '../../src/jobs/queues.ts';
import { sendMail } from '../../src/notify/send-mail.ts';
import { sendWebhook } from '../../src/notify/send-webhook.ts';

const [databaseUrl = '', smtpUrl = '', key = ''] = process.argv.slice(2);
const publicUrl = () => 'https://causeway.example.edu';
const deps = {
  db: await openDatabase({ kind: 'postgres', url: databaseUrl }),
  clock: { now: () => new Date() },
  sealer: createSealer(Buffer.from(key, 'hex')),
  post: createHttpPost({ connect: createConnect({ allowNetworks: ['127.0.0.0/8'] }) }),
  mail: openMailTransport(smtpUrl, { publicUrl }),
  installation: { version: '0', publicSftp: () => ({ host: '', port: 0 }), publicUrl, egressAddresses: [] },
};
await openQueue(deps.db, {
  queues: { 'send-mail': queues['send-mail'], 'send-webhook': queues['send-webhook'] },
  handlers: {
    'send-mail': ({ data, ...job }) =>
      sendMail(deps, { institutionId: data.institutionId as InstitutionId, mailId: data.mailId as MailId }, job),
    'send-webhook': ({ data, ...job }) => {
      const deliveryId = data.deliveryId as WebhookDeliveryId;
      return sendWebhook(deps, { institutionId: data.institutionId as InstitutionId, deliveryId }, job);
    },
  },
});

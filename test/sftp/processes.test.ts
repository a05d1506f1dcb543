import { test } from 'node:test';
import { startTestApp } from '../kit/app.ts';
test('x', async () => {
  const app = await startTestApp({ CAUSEWAY_SFTP_PROCESSES: '2', CAUSEWAY_LOG_LEVEL: 'info' });
  console.log(app.sftp);
  await app.close();
});

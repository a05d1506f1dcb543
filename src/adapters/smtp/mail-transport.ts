// Mail by SMTP.

import type { MailTransport } from '../../domain/ports.ts';

export function openMailTransport(_url: string, _options: { publicUrl: () => string }): MailTransport {
  return { send: () => Promise.reject(new Error('not built')), close: () => undefined };
}

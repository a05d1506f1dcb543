// Sends files: name, type and headers that no browser can misread.
// Invariant: every download is an attachment, and its name can break out of no header and no folder.

import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Download } from './call.ts';

/** `type` comes from the route table: text/csv, or application/octet-stream for bytes that others wrote. */
export function sendDownload(reply: FastifyReply, type: string, file: Download): FastifyReply {
  reply.header('content-type', type.startsWith('text/') ? `${type}; charset=utf-8` : type);
  reply.header('content-disposition', attachment(file.name));
  if (file.size !== undefined) reply.header('content-length', file.size);
  return reply.send(Readable.from(file.bytes, { objectMode: false }));
}

/** RFC 6266: a plain name for old clients, and the whole one as UTF-8 (RFC 8187). */
export function attachment(name: string): string {
  const safe = safeName(name);
  const plain = safe.replace(/[^\x20-\x7e]|["\\%;]/g, '_');
  const encoded = encodeURIComponent(safe).replace(/['()*!]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** The last part of a path, without control, invisible and reordering characters, and never a dot-file. */
export function safeName(name: string): string {
  const last = name.toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const clean = last.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>:"|?*]/gu, '_').trim();
  const short = [...clean.replace(/^\.+/, '')].slice(-150).join('');
  return short === '' ? 'file' : short;
}

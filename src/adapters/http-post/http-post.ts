// HTTP POST to webhooks, under the same address rules as destinations.
// Invariant: only the address that was asked for is called: no redirects, no proxies of the environment, no second look-up.

import { type IncomingMessage, request } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Connect, HttpPost, PostOutcome } from '../../domain/ports.ts';
import { type ObservationKind, RemoteError } from '../../domain/remote.ts';

/** The answer's body is of no interest; more than this is not even read. */
const bodyLimit = 64 * 1024;

/** `time` is for the whole call, in milliseconds. */
export function createHttpPost(options: { connect: Connect; time?: number }): HttpPost {
  const { connect, time = 10_000 } = options;
  return async (url, headers, body) => {
    const target = URL.canParse(url) ? new URL(url) : null;
    if (target === null || !/^https?:$/.test(target.protocol) || target.username !== '' || target.password !== '')
      return { status: null, reason: 'not an http or https address' };
    const signal = AbortSignal.timeout(time);
    let socket: Socket | undefined;
    try {
      socket = await open(target, connect, signal);
      return await post(target, headers, body, socket, signal);
    } catch (error) {
      // A header that cannot be sent is a mistake of ours.
      if (error instanceof TypeError) throw error;
      return { status: null, reason: signal.aborted ? 'timed out' : reasonOf(error) };
    } finally {
      socket?.destroy();
    }
  };
}

async function open(target: URL, connect: Connect, signal: AbortSignal): Promise<Socket> {
  const secure = target.protocol === 'https:';
  const host = target.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = target.port === '' ? (secure ? 443 : 80) : Number(target.port);
  const { socket } = await connect({ host, port }, { signal });
  return secure ? encrypt(socket, host, signal) : socket;
}

/** The certificate must be good and for this host: the defaults of Node, which are not loosened here. */
function encrypt(socket: Socket, host: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // An IP address is no server name (RFC 6066 section 3), yet the certificate must hold it.
    const encrypted = connectTls({ socket, host, ...(isIP(host) === 0 ? { servername: host } : {}) });
    const fail = (error: unknown) => {
      socket.destroy();
      encrypted.destroy();
      reject(error instanceof Error ? error : new Error('stopped'));
    };
    encrypted.on('error', fail);
    // A server that hangs up within the handshake raises no error of TLS.
    encrypted.once('close', () => fail(new Error('closed')));
    signal.addEventListener('abort', () => fail(signal.reason), { once: true });
    if (signal.aborted) fail(signal.reason);
    encrypted.once('secureConnect', () => resolve(encrypted));
  });
}

function post(
  target: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  socket: Socket,
  signal: AbortSignal,
): Promise<PostOutcome> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body, 'utf8');
    const call = request({
      method: 'POST',
      path: `${target.pathname}${target.search}`,
      headers: { ...headers, host: target.host, 'content-length': bytes.length, connection: 'close' },
      createConnection: () => socket,
      signal,
    });
    call.on('error', reject);
    // Of a receiver that wants to speak something else Node tells nothing but this.
    call.on('upgrade', (response) => {
      const status = response.statusCode ?? 0;
      resolve({ status, reason: reasonOfStatus(status) });
    });
    // Whatever else may end a call without a word: nobody waits for ever.
    const ended = () => reject(new Error('closed'));
    call.once('close', ended);
    call.on('response', (response) => {
      const status = response.statusCode ?? 0;
      const done = () => resolve({ status, reason: reasonOfStatus(status) });
      // The receiver has answered; what becomes of the body changes nothing.
      call.removeListener('error', reject).removeListener('close', ended);
      call.on('error', done);
      response.on('error', done);
      readAway(response, done);
    });
    call.end(bytes);
  });
}

/** Reads a short body to its end, so that the server sees a good end; leaves a long one. */
function readAway(response: IncomingMessage, done: () => void): void {
  let read = 0;
  response.on('data', (chunk: Buffer) => {
    read += chunk.length;
    if (read > bodyLimit) done();
  });
  response.once('end', done);
  response.once('close', done);
}

function reasonOfStatus(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? 'redirects are not followed' : `answered ${status}`;
}

const reasons: Partial<Record<ObservationKind, string>> = {
  'name-not-found': 'name not found',
  'name-lookup-failed': 'name could not be looked up',
  'address-refused-by-rule': 'address-not-allowed',
  'connection-refused': 'connection refused',
  unreachable: 'unreachable',
  'timed-out': 'timed out',
};

function reasonOf(error: unknown): string {
  if (error instanceof RemoteError) return reasons[error.observation.kind] ?? 'unreachable';
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (/^(CERT_|ERR_TLS_CERT|UNABLE_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH)/.test(code))
    return 'certificate not accepted';
  if (/^(ERR_SSL|EPROTO)/.test(code)) return 'no TLS';
  if (code.startsWith('HPE_')) return 'not an HTTP answer';
  return 'closed without an answer';
}

// The first lines of both sides (RFC 4253 section 4.2): ours goes out at once, the server's is read before ssh2 sees a byte.
// Invariant: ssh2 gets the server's version line in one piece; split over three packets it would lose the middle one.

import type { Socket } from 'node:net';
import type { RemoteLimits } from './limits.ts';
import { boundedText, type Link, type LinkEnd } from './link.ts';

/** Without a version, which would help nobody but an attacker. */
export const ourSoftware = 'Causeway';
const ourLine = `SSH-2.0-${ourSoftware}\r\n`;

/** What sshd says before it hangs up on a link that it has no room for, or whose address it punishes. */
const busyText = /exceeded maxstartups|not allowed at this time/i;

/**
 * The server's software version, such as `OpenSSH_9.2p1 Debian-2`. The socket is left paused; the next bytes that it gives
 * are the server's version line and what follows it.
 */
export function exchangeIdentification(link: Link, limits: RemoteLimits): Promise<string> {
  const reader = new LineReader(limits);
  return link.step<string>(
    'banner',
    limits.bannerTime,
    (resolve) => {
      const { socket } = link;
      const take = (chunk: Buffer) => {
        const found = reader.push(chunk);
        if (found === null) return;
        socket.removeListener('data', take);
        socket.pause();
        if ('kind' in found) return link.fail(found.kind, found.facts);
        socket.unshift(found.rest);
        resolve(found.software);
      };
      socket.on('data', take);
      socket.write(ourLine);
    },
    (end) => reader.explain(end),
  );
}

/** ssh2 writes the version line by itself, as its first write; ours has gone out already. */
export function withoutFirstLine(socket: Socket): Socket {
  const write = (first: string | Uint8Array, ...rest: unknown[]): unknown => {
    Reflect.deleteProperty(socket, 'write');
    return Buffer.from(first).toString('latin1') === ourLine || Reflect.apply(socket.write, socket, [first, ...rest]);
  };
  Object.defineProperty(socket, 'write', { configurable: true, value: write });
  return socket;
}

type Found = LinkEnd | { software: string; rest: Buffer };

class LineReader {
  readonly #limits: RemoteLimits;
  #bytes: Buffer = Buffer.alloc(0);
  /** Where the line begins that is not over yet. */
  #start = 0;
  #lines = 0;
  #lastAt = performance.now();

  constructor(limits: RemoteLimits) {
    this.#limits = limits;
  }

  /** Null while more has to come. */
  push(chunk: Buffer): Found | null {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    this.#lastAt = performance.now();
    for (let end = this.#lineEnd(); end >= 0; end = this.#lineEnd()) {
      const line = this.#bytes.toString('latin1', this.#start, end).replace(/\r$/, '');
      if (line.startsWith('SSH-')) return this.#identified(line);
      if (this.#lines === 0 && /^HTTP\/|^<(!doctype|html)/i.test(line)) return this.#not('http-answer');
      // FTP and SMTP begin so; FTP's port is the most likely mistake.
      if (this.#lines === 0 && /^220[ -]/.test(line)) return this.#not('not-ssh');
      this.#start = end + 1;
      this.#lines += 1;
      if (this.#lines >= this.#limits.bannerLines) return this.#not('banner-too-long');
    }
    return this.#bytes.length >= this.#limits.bannerBytes ? this.#not('banner-too-long') : null;
  }

  /** What the end of the link means in view of what was read. */
  explain(end: LinkEnd): LinkEnd {
    if (this.#bytes.length === 0 || (end.kind !== 'closed' && end.kind !== 'timed-out')) return end;
    const facts = { ...end.facts, text: this.#text() };
    if (busyText.test(this.#text())) return { kind: 'closed', facts };
    const talks = end.kind === 'timed-out' && performance.now() - this.#lastAt < this.#limits.bannerTime / 10;
    return { kind: talks ? 'banner-too-long' : 'not-ssh', facts };
  }

  #identified(line: string): Found {
    const [, protocol, software] = /^SSH-([^-]+)-(.*)$/.exec(line) ?? [];
    if (protocol !== '2.0' && protocol !== '1.99')
      return { kind: 'protocol-error', facts: { text: boundedText(line), detail: 'not version 2 of SSH' } };
    // A space ends the version for ssh2; one at its beginning would leave none.
    if (software === undefined || /^\s*$|^ /.test(software)) return this.#not('protocol-error');
    return { software: boundedText(software), rest: this.#bytes.subarray(this.#start) };
  }

  #not(kind: LinkEnd['kind']): LinkEnd {
    return { kind, facts: { text: this.#text() } };
  }

  #lineEnd(): number {
    return this.#bytes.indexOf(10, this.#start);
  }

  #text(): string {
    return boundedText(this.#bytes);
  }
}

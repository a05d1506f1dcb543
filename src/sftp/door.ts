// The SFTP port: who may come in now, who waits in line, who is sent away.
// Invariant: not a byte of a link is read before it is let in, and none is let in before the door was opened.

import { createServer, type Socket } from 'node:net';
import { type Admission, AdmissionDesk, type AdmissionLimits, usualAdmissionLimits } from './admission.ts';
import { listen } from './listening.ts';
import { type LineLimits, usualLineLimits, WaitingLine } from './waiting-line.ts';

export type Peer = { readonly address: string; readonly port: number };

export type DoorOptions = {
  host: string;
  /** 0 takes a free one. */
  port: number;
  admission?: Partial<AdmissionLimits & LineLimits> | undefined;
  reportBug(message: string, cause: unknown): void;
};

export type Door = {
  readonly port: number;
  /** Lets links in from now on, one call for each; those that came before this come first. */
  open(letIn: (socket: Socket, peer: Peer, place: Admission) => void): void;
  /** Sends away who has waited too long. */
  checkTime(): void;
  /** Takes no more links and sends away all that wait. */
  close(): void;
};

/** The most links that may come between the binding and the opening. */
const mostEarly = 1_000;

/** Takes the port. Throws AppError when it cannot be had. */
export async function bindDoor(options: DoorOptions): Promise<Door> {
  const desk = new AdmissionDesk({ ...usualAdmissionLimits, ...options.admission });
  const line = new WaitingLine(desk, { ...usualLineLimits, ...options.admission });
  const early: { socket: Socket; peer: Peer }[] = [];
  let letIn: Parameters<Door['open']>[0] | undefined;
  let closed = false;

  const listener = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
    socket.on('error', () => undefined);
    const { remoteAddress: address, remotePort: port } = socket;
    if (address === undefined || port === undefined || closed) return void socket.destroy();
    if (letIn !== undefined) arrive(socket, { address, port });
    else if (early.length < mostEarly) early.push({ socket, peer: { address, port } });
    else socket.destroy();
  });

  function arrive(socket: Socket, peer: Peer): void {
    line.arrive(peer.address, {
      letIn: (place) => letIn?.(socket, peer, place),
      sendAway: (sentence) => turnAway(socket, sentence),
    });
  }

  const port = await listen(listener, options.host, options.port);
  listener.on('error', (error) => options.reportBug('the SFTP port failed', error));

  return {
    port,
    open(next) {
      letIn = next;
      for (const { socket, peer } of early.splice(0)) arrive(socket, peer);
    },
    checkTime: () => line.checkTime(),
    close() {
      closed = true;
      listener.close();
      for (const { socket } of early.splice(0)) socket.destroy();
      line.close('This server is about to stop. Connect again in a minute.');
    },
  };
}

/** A line before the identification is shown by OpenSSH and kept in logs by others (RFC 4253 section 4.2). */
export function turnAway(socket: Socket, sentence: string): void {
  socket.end(`${sentence}\r\n`);
  socket.resume();
  setTimeout(() => socket.destroy(), 1_000).unref();
}

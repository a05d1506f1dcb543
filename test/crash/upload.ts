// One upload by a real client, in pieces, and how far the server let it come.
// Invariant: it counts as acknowledged only when the client saw the answer to CLOSE; nothing is tried twice.

import { setTimeout as pause } from 'node:timers/promises';
import ssh2 from 'ssh2';
import type { Roster } from './rosters.ts';

export type Login = { host: string; port: number; username: string; privateKey: string };

export type Sent = {
  path: string;
  roster: Roster;
  round: number;
  /** `nothing`: no byte was taken for certain. `refused`: the disk was full, and the server said so. */
  reached: 'nothing' | 'written' | 'refused' | 'acknowledged';
  /** The server let the client wait in silence, with the line open. */
  silent: boolean;
};

export type Pace = { pieces: number; milliseconds: number };

/** A client that hears nothing gives up after this time, as people do. */
const patience = 20_000;

/** Resolves when it is over, whichever way; a lost link is no error here. */
export async function upload(login: Login, sent: Sent, pace: Pace): Promise<void> {
  const client = new ssh2.Client();
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => undefined);
  const end = (error: Error) => over.reject(error);
  client.on('error', end);
  client.on('close', () => end(new Error('the session has ended')));
  const timer = setTimeout(() => {
    sent.silent = true;
    end(new Error('no answer'));
  }, patience);
  const answer = <T>(ask: (done: (error: Error | null | undefined, value: T) => void) => void) =>
    Promise.race([
      over.promise,
      new Promise<T>((resolve, reject) => ask((error, value) => (error ? reject(error) : resolve(value)))),
    ]);
  try {
    await answer<void>((done) => client.on('ready', () => done(null)).connect({ ...login, readyTimeout: patience }));
    const sftp = await answer<ssh2.SFTPWrapper>((done) => client.sftp(done));
    const handle = await answer<Buffer>((done) => sftp.open(sent.path, 'w', done));
    const { bytes } = sent.roster;
    const length = Math.ceil(bytes.length / pace.pieces);
    for (let at = 0; at < bytes.length; at += length) {
      const piece = bytes.subarray(at, at + length);
      await answer<void>((done) => sftp.write(handle, piece, 0, piece.length, at, (error) => done(error)));
      sent.reached = 'written';
      await pause(pace.milliseconds);
    }
    await answer<void>((done) => sftp.close(handle, (error) => done(error)));
    sent.reached = 'acknowledged';
  } catch (error) {
    if (error instanceof Error && /no room|disk is full/i.test(error.message)) sent.reached = 'refused';
  } finally {
    clearTimeout(timer);
    client.end();
  }
}

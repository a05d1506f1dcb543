// What a client may open on its link: the SFTP subsystem. Shells, commands and forwarding are refused with a sentence.
// Invariant: nothing is opened before the login (CVE-2025-32433 and its kin).

import type { Connection, ServerChannel, Session } from 'ssh2';

export type ChannelOpeners = {
  isLoggedIn(): boolean;
  /** The most channels that may be open at a time, used or not. */
  maxOpen: number;
  sftp(channel: ServerChannel): void;
};

const onlyFiles = 'This server takes files by SFTP only. Use an SFTP client, or scp from OpenSSH 9 or later.\r\n';
const oldScp = 'This server takes files by SFTP only. This scp speaks its old protocol: use sftp, or scp -s.\r\n';

export function openChannels(connection: Connection, openers: ChannelOpeners): void {
  let open = 0;
  connection.on('session', (accept, reject) => {
    if (!openers.isLoggedIn() || open >= openers.maxOpen) return reject();
    open += 1;
    const session = accept();
    session.once('close', () => {
      open -= 1;
    });
    serve(session, openers);
  });
}

function serve(session: Session, openers: ChannelOpeners): void {
  // Without `reject` the client wants no answer. `accept` gives nothing when the channel is in use or ending already.
  session.on('subsystem', (accept, reject: (() => void) | undefined, info) => {
    if (info.name !== 'sftp') return reject?.();
    const channel: ServerChannel | undefined = accept();
    if (channel !== undefined) openers.sftp(channel);
  });
  session.on('exec', (accept, _reject, info) => refuse(accept(), /^scp\b/.test(info.command) ? oldScp : onlyFiles));
  session.on('shell', (accept) => refuse(accept(), onlyFiles));
}

/** Says why on stderr, where every client shows it, and ends the channel. */
export function refuse(channel: ServerChannel | undefined, sentence: string): void {
  if (channel === undefined) return;
  channel.on('error', () => undefined);
  // Unread input would keep ssh2's channel from closing.
  channel.resume();
  channel.stderr.write(sentence);
  channel.exit(1);
  channel.end();
}

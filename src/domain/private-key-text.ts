// Recognises a private key where something else was asked for.
// Invariant: it only says yes or no; the text is never part of what comes out.

/** PEM and OpenSSH blocks, PuTTY's files, RFC 4716 look-alikes, and OpenSSH's own form without its first line. */
const marks = /PRIVATE[ -]KEY|PuTTY-User-Key-File|Private-(?:Lines|MAC|Hash):|b3BlbnNzaC1rZXktdjE/i;

export function looksLikePrivateKey(text: string): boolean {
  return marks.test(text);
}

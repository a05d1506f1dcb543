// Tries a fresh build of ssh2's native ciphers: node scripts/try-ssh-crypto.js FOLDER-OF-SSH2'S-PROTOCOL.
// Runs by itself, as a build for another Node may crash. Invariant: ends with 0 only when native and JavaScript ciphers
// understand each other in both directions, and refuse a packet that was tampered with.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const ssh2 = createRequire(import.meta.url)(join(process.argv[2], 'crypto.js'));
const ciphers = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes128-ctr',
  'aes256-ctr',
];
const macs = ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512'];

assert.ok(ssh2.bindingAvailable, 'the add-on does not load');
await ssh2.init;
for (const cipher of ciphers) for (const mac of macs) for (const native of [true, false]) compare(cipher, mac, native);

/** Packets written by the one and read by the other. */
function compare(cipher, mac, nativeWrites) {
  const cipherInfo = ssh2.CIPHER_INFO[cipher];
  const macInfo = cipherInfo.authLen > 0 ? undefined : ssh2.MAC_INFO[mac];
  const key = randomBytes(cipherInfo.keyLen);
  const iv = randomBytes(cipherInfo.ivLen);
  const macKey = macInfo && randomBytes(macInfo.len);
  const written = [];
  const writer = ssh2.createCipher({
    outbound: {
      seqno: 7,
      onWrite: (bytes) => written.push(Buffer.from(bytes)),
      forceNative: !nativeWrites,
      ...{ cipherInfo, cipherKey: Buffer.from(key), cipherIV: Buffer.from(iv), macInfo, macKey },
    },
  });
  const reader = (read) =>
    ssh2.createDecipher({
      inbound: {
        seqno: 7,
        onPayload: (bytes) => void read.push(Buffer.from(bytes)),
        forceNative: nativeWrites,
        ...{ decipherInfo: cipherInfo, decipherKey: Buffer.from(key), decipherIV: Buffer.from(iv), macInfo, macKey },
      },
    });
  const payloads = [1, 100, 32_768].map((length) => randomBytes(length));
  for (const payload of payloads) {
    const packet = writer.allocPacket(payload.length);
    packet.set(payload, 5);
    writer.encrypt(packet);
  }
  const bytes = Buffer.concat(written);
  const read = [];
  reader(read).decrypt(Buffer.from(bytes), 0, bytes.length);
  assert.deepEqual(read, payloads, `${cipher} ${mac}`);
  bytes[bytes.length - 1] ^= 1;
  assert.throws(() => reader([]).decrypt(bytes, 0, bytes.length), `${cipher} ${mac}: a changed packet is taken`);
}

// The key exchange mlkem768x25519-sha256 (draft-ietf-sshm-mlkem-hybrid-kex; OpenSSH since 9.9), which ssh2 1.17.0 has not.
// scripts/patch-ssh2.js copies this file into ssh2's lib/protocol, as mlkem768x25519.js. Plain CommonJS, as ssh2 is.
// Invariant: whatever the other side sends that is not exactly what it must be ends the exchange with an error.
'use strict';

const {
  createHash,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
} = require('node:crypto');

const NAME = 'mlkem768x25519-sha256';
/** In bytes: an ML-KEM-768 key, what is encapsulated to it, and an X25519 key (FIPS 203 table 3, RFC 7748). */
const KEM_KEY = 1184;
const KEM_CIPHERTEXT = 1088;
const X_KEY = 32;

/** The name, when this Node can do it: one that was built with an older OpenSSL cannot. */
const names = (() => {
  try {
    generateKeyPairSync('ml-kem-768');
    return [NAME];
  } catch {
    return [];
  }
})();

/** Makes the class for `createKeyExchange` of ssh2's kex.js. */
function exchangeOn(KeyExchange) {
  return class MlKem768X25519Exchange extends KeyExchange {
    constructor(...args) {
      super(...args);
      this.type = NAME;
      this.hashName = 'sha256';
      this._private = null;
    }

    /** What goes over the wire: a client's two keys; a server's answer, once `computeSecret` has made it. */
    getPublicKey() {
      if (this._public === null && !this._protocol._server) this._makeKeys();
      return this._public;
    }

    convertPublicKey(key) {
      return key;
    }

    /** The shared secret, which is hashed as a string of 32 bytes and not as a number; or an Error. */
    computeSecret(received) {
      try {
        return this._protocol._server ? this._answer(received) : this._open(received);
      } catch (error) {
        return error;
      } finally {
        this._private = null;
      }
    }

    _makeKeys() {
      const kem = generateKeyPairSync('ml-kem-768');
      const x = generateKeyPairSync('x25519');
      this._private = { kem: kem.privateKey, x: x.privateKey };
      this._public = Buffer.concat([raw(kem.publicKey), raw(x.publicKey)]);
    }

    _answer(received) {
      checkLength('key', received, KEM_KEY + X_KEY);
      const { sharedKey, ciphertext } = encapsulate(fromRaw('ml-kem-768', received.subarray(0, KEM_KEY)));
      const x = generateKeyPairSync('x25519');
      const secret = combine(sharedKey, x.privateKey, received.subarray(KEM_KEY));
      this._public = Buffer.concat([ciphertext, raw(x.publicKey)]);
      return secret;
    }

    _open(received) {
      checkLength('answer', received, KEM_CIPHERTEXT + X_KEY);
      const sharedKey = decapsulate(this._private.kem, received.subarray(0, KEM_CIPHERTEXT));
      return combine(sharedKey, this._private.x, received.subarray(KEM_CIPHERTEXT));
    }
  };
}

/** `diffieHellman` throws when the result would be all zeros, as with every point of low order (RFC 8731 section 3). */
function combine(sharedKey, privateKey, theirs) {
  const classical = diffieHellman({ privateKey, publicKey: fromRaw('x25519', theirs) });
  return createHash('sha256').update(sharedKey).update(classical).digest();
}

function checkLength(what, received, wanted) {
  if (received.length !== wanted) throw new Error(`the ${what} has ${received.length} bytes, and ${wanted} are needed`);
}

function raw(publicKey) {
  return publicKey.export({ format: 'raw-public' });
}

function fromRaw(asymmetricKeyType, key) {
  return createPublicKey({ key, format: 'raw-public', asymmetricKeyType });
}

module.exports = { names, exchangeOn };

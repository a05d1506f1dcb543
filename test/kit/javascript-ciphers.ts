// Loaded before anything else (`--import`) it leaves ssh2 without its native ciphers, as on a machine without a compiler.
// Invariant: only that add-on is kept away.

import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    if (specifier.endsWith('sshcrypto.node')) throw new Error('left out by a test');
    return next(specifier, context);
  },
});

// Connects to hosts that people entered, within the rules of this installation.

import type { Connect } from '../../domain/ports.ts';

export function createConnect(_rules: { allowNetworks: readonly string[] }): Connect {
  return () => Promise.reject(new Error('not built'));
}

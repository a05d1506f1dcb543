// Memory for what clients send: pieces of one size that are used again and again by all sessions.
// Invariant: a slab belongs to one session at a time; what it holds may be read until its last user has let it go.

/** `users`: the session while it fills the slab, and every WRITE whose data lies in it. */
export type Slab = { readonly bytes: Buffer; users: number };

/** Room for the longest packet, and for what came with its end: SSH packets have 32 KiB. */
const slabLength = 304 * 1024;

/** Slabs that are kept for later: 9.5 MiB. */
const mostFree = 32;

/** With more than this in use, in bytes, each session gets less. */
const plenty = 64 * 1024 * 1024;

export class InputSlabs {
  readonly #free: Buffer[] = [];
  #inUse = 0;

  /** Bytes that sessions have at this moment. */
  get inUse(): number {
    return this.#inUse;
  }

  /** True when so much is in use that nobody should begin to hold more. */
  get isShort(): boolean {
    return this.#inUse > plenty;
  }

  /** A slab of at least this length with one user. */
  take(length: number): Slab {
    const bytes = length <= slabLength ? (this.#free.pop() ?? newBytes(slabLength)) : newBytes(2 * length);
    this.#inUse += bytes.length;
    return { bytes, users: 1 };
  }

  /** One user less. After the last one nobody may look at the slab any more. */
  letGo(slab: Slab): void {
    slab.users -= 1;
    if (slab.users > 0) return;
    this.#inUse -= slab.bytes.length;
    if (slab.bytes.length === slabLength && this.#free.length < mostFree) this.#free.push(slab.bytes);
  }
}

/** Shared memory, so that another thread can hash what came without a copy. */
function newBytes(length: number): Buffer {
  return Buffer.from(new SharedArrayBuffer(length));
}

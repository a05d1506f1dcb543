// Gathers lines of text as UTF-8 bytes in buffers that can be handed to another thread.
// Invariant: a buffer that was taken is not written to again.

/** A buffer is handed over when it has about so many bytes. */
const usualBytes = 512 * 1024;
/** Room for what comes before somebody looks whether it is full. */
const spareBytes = 512 * 1024;

export class PartBuffer {
  /** Lines that wait to be taken. */
  count = 0;
  readonly #partBytes: number;
  #bytes: Buffer<ArrayBuffer> | null = null;
  #length = 0;

  constructor(partBytes = usualBytes) {
    this.#partBytes = partBytes;
  }

  /** Writing line by line costs less than joining a long text and encoding it. */
  add(line: string): void {
    const room = line.length * 3;
    this.#bytes ??= Buffer.allocUnsafeSlow(this.#partBytes + spareBytes);
    if (this.#length + room > this.#bytes.length) this.#grow(room);
    this.#length += this.#bytes.write(line, this.#length);
    this.count += 1;
  }

  get isFull(): boolean {
    return this.#length >= this.#partBytes;
  }

  /** What was gathered; the buffer belongs to who takes it. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes ?? Buffer.allocUnsafeSlow(0);
    const taken = new Uint8Array(bytes.buffer, bytes.byteOffset, this.#length);
    this.#bytes = null;
    this.#length = 0;
    this.count = 0;
    return taken;
  }

  #grow(room: number): void {
    const old = this.#bytes;
    this.#bytes = Buffer.allocUnsafeSlow(2 * (this.#length + room));
    old?.copy(this.#bytes, 0, 0, this.#length);
  }
}

// COPY in its binary format as it leaves the database, record by record (PostgreSQL's manual, COPY, Binary Format).
// Invariant: a value is a view of bytes that came; only of a record that chunks cut, the bytes are copied, once.

/** Signature, flags, and the length of what follows in the header. */
const headerBytes = 11 + 4 + 4;

/** What a place in the bytes holds: `values` when all of it is there, else at least how many bytes of it are missing behind `end`. */
type Found = { end: number; values: (Buffer | null)[] | null };

/** The values of each record in order, null for NULL: cut out of chunks of any size. Whoever keeps one copies it. */
export async function* recordsOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<(Buffer | null)[]> {
  let read = headerAt;
  let begun: Buffer[] = [];
  let size = 0;
  let wanted = 0;
  for await (const chunk of chunks) {
    let at = 0;
    while (size > 0 && at < chunk.length) {
      const part = chunk.subarray(at, at + wanted - size);
      begun.push(part);
      size += part.length;
      at += part.length;
      if (size < wanted) continue;
      const bytes = Buffer.concat(begun);
      const { values, end } = read(bytes, 0);
      begun = values ? [] : [bytes];
      if (values) size = 0;
      else wanted = end;
      if (values && read === recordAt) yield values;
      if (values) read = recordAt;
    }
    while (at < chunk.length) {
      const { values, end } = read(chunk, at);
      if (!values) {
        wanted = end - at;
        begun = [chunk.subarray(at)];
        size = chunk.length - at;
        break;
      }
      at = end;
      if (read === recordAt) yield values;
      read = recordAt;
    }
  }
}

function headerAt(bytes: Buffer, at: number): Found {
  if (bytes.length < at + headerBytes) return { end: at + headerBytes, values: null };
  const end = at + headerBytes + bytes.readInt32BE(at + headerBytes - 4);
  return { end, values: bytes.length < end ? null : [] };
}

/** The trailer is a record that is never all there. */
function recordAt(bytes: Buffer, at: number): Found {
  let end = at + 2;
  if (bytes.length < end) return { end, values: null };
  const count = bytes.readInt16BE(at);
  if (count < 0) return { end: Number.POSITIVE_INFINITY, values: null };
  const values: (Buffer | null)[] = [];
  for (let field = 0; field < count; field += 1) {
    end += 4;
    if (bytes.length < end) return { end, values: null };
    const length = bytes.readInt32BE(end - 4);
    if (length >= 0) end += length;
    if (bytes.length < end) return { end, values: null };
    values.push(length < 0 ? null : bytes.subarray(end - length, end));
  }
  return { end, values };
}

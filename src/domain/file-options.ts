// How a delivered file looks and is called.
// Invariant: the same window with the same options gives the same name and the same bytes.

/** `columns`: null for all of the dataset under their own names. `pgpKey`: an armored public key that the file is encrypted for. */
export type FileOptions = {
  nameTemplate: string;
  delimiter: 'comma' | 'tab' | 'semicolon' | 'pipe';
  quoting: 'as-needed' | 'all';
  lineEnd: 'crlf' | 'lf';
  encoding: 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'windows-1252';
  header: boolean;
  columns: { field: string; header: string }[] | null;
  /** What an empty window does: no file, or a file with only a header. */
  emptyFile: 'skip' | 'send';
  /** When a name was used before or is taken on the server: add a number, or replace the file there. */
  sameName: 'number' | 'replace';
  /** After the file: a signed manifest `NAME.manifest.json`, and a marker `NAME.done`. */
  manifest: boolean;
  done: boolean;
  /** Reads the file back from the server and compares its hash before the rename. */
  readBack: boolean;
  pgpKey: string | null;
};

export const usualFileOptions: FileOptions = {
  nameTemplate: '{institution}-{dataset}-{date}-{number}.csv',
  delimiter: 'comma',
  quoting: 'as-needed',
  lineEnd: 'crlf',
  encoding: 'utf-8',
  header: true,
  columns: null,
  emptyFile: 'skip',
  sameName: 'number',
  manifest: false,
  done: false,
  readBack: false,
  pgpKey: null,
};

// The part of the issue dictionary about whole files.
// Invariant: see issues.ts.

import { counted, factNumber, factText, type IssueEntry, quoted } from './issue-words.ts';

const fileKinds: Record<string, string> = {
  xlsx: 'an Excel workbook',
  zip: 'a ZIP archive (Excel workbooks are such, too)',
  gzip: 'a gzip archive',
  ole: 'an old Excel or Word document',
  pdf: 'a PDF document',
  pgp: 'encrypted with OpenPGP',
};

const delimiters: Record<string, string> = { '\t': 'tabs', ';': 'semicolons', '|': 'vertical bars' };

const incompleteSigns: Record<string, string> = {
  'open-quote': 'a quotation mark is opened and never closed',
  'short-last-row': 'its last row breaks off',
  'announced-size': 'it has another size than the sender announced',
  'write-size': 'it ends without a line end exactly where a network packet ended',
  dropped: 'the session broke off while it was being sent',
};

export const fileIssues: readonly IssueEntry[] = [
  {
    code: 'unsupported-file-type',
    scope: 'file',
    effect: 'file-rejected',
    title: 'Not a CSV file',
    explanation:
      'Only files whose name ends in .csv and that hold CSV text are imported. This one does not, so it was not read.',
    remedy: 'Save or export it as CSV (UTF-8, comma separated), unpacked and not encrypted, and send it again.',
    message: ({ facts, effect }) => {
      const kind = fileKinds[String(facts.kind)];
      if (kind !== undefined) return `The file is ${kind}, not CSV.`;
      const ending = typeof facts.extension === 'string' && facts.extension !== '' ? facts.extension : null;
      const name = ending === null ? 'The file’s name has no ending' : `The file’s name ends in ${quoted(ending)}`;
      return effect === 'notice'
        ? `${name}, not in “.csv”: a feed would not import it. It was read here all the same.`
        : `${name}, not in “.csv”.`;
    },
  },
  {
    code: 'file-not-in-root',
    scope: 'file',
    effect: 'file-rejected',
    title: 'File in another folder',
    explanation:
      'Files are imported from the top folder only (and rehearsed from dryrun). What is put into other folders is kept and listed, and not imported.',
    remedy: 'Set the remote folder of the sender to / (the top folder), and send or move the file there.',
    message: (issue) => {
      const folder = factText(issue, 'folder');
      return folder === ''
        ? 'The file is not in the top folder.'
        : `The file is in the folder ${quoted(folder)}, not in the top folder.`;
    },
  },
  {
    code: 'feed-disabled',
    scope: 'file',
    effect: 'file-rejected',
    title: 'The feed is off',
    explanation: 'The file arrived while the feed was switched off. It is kept, and was not imported.',
    remedy: 'Switch the feed on, then use Import again on this file.',
    message: () => 'The file arrived while the feed was switched off.',
  },
  {
    code: 'empty-file',
    scope: 'file',
    effect: 'file-rejected',
    title: 'Empty file',
    explanation: 'The file holds nothing, or nothing but blank rows.',
    remedy:
      'Look at the export in your system: it may have ended early or its filter may match nobody. Then send the file again.',
    message: (issue) => {
      const bytes = factNumber(issue, 'bytes');
      return bytes === 0
        ? 'The file is empty (0 bytes).'
        : `The file holds no text (${counted(bytes, 'byte')}, blank rows only).`;
    },
  },
  {
    code: 'no-data-rows',
    scope: 'file',
    effect: 'file-rejected',
    title: 'Header without rows',
    explanation: 'The file has a header and no row below it, so there was nothing to import.',
    remedy:
      'When rows were expected, look at the filter of the export and send the file again. Otherwise nothing needs doing.',
    message: () => 'The file has a header and no row below it.',
  },
  {
    code: 'delimiter-not-comma',
    scope: 'file',
    effect: 'notice',
    title: 'Columns not separated by commas',
    explanation:
      'The columns are separated by another character than the comma. It was recognised and the file was read with it. A strict feed does not import such a file.',
    remedy:
      'Set the export to comma separated. When the file was imported and its columns look right, nothing has to be done.',
    message: (issue) => {
      const delimiter = delimiters[factText(issue, 'delimiter')] ?? quoted(factText(issue, 'delimiter'));
      const end = issue.effect === 'file-rejected' ? 'this feed takes commas only' : 'the file was read that way';
      return `The columns are separated by ${delimiter}; ${end}.`;
    },
  },
  {
    code: 'bad-encoding',
    scope: 'file',
    effect: 'notice',
    title: 'Characters that may be wrong',
    explanation:
      'Some text is not in the character encoding of the rest of the file, or holds characters that no text has. Names with accents may look wrong. A cell with a NUL character cannot be stored and is left out.',
    remedy:
      'Set the export to UTF-8. Look at the names in the rows mentioned and send the file again when they are wrong.',
    message: (issue) => {
      if (issue.scope === 'cell')
        return `Row ${issue.row}: the cell${issue.label === null ? '' : ` in ${quoted(issue.label)}`} holds a NUL character and cannot be stored.`;
      const count = factNumber(issue, 'count');
      const cells = counted(count, 'place');
      switch (issue.facts.kind) {
        case 'mixed':
          return `The file is ${factText(issue, 'encoding')}, but ${cells} could only be read as ${factText(issue, 'readAs')}.`;
        case 'replaced':
          return `${cells} could not be read as ${factText(issue, 'encoding')} and ${count === 1 ? 'shows' : 'show'} the sign �.`;
        case 'nul':
          return `The file holds NUL characters in ${cells}.`;
        default:
          return `${cells} ${count === 1 ? 'holds' : 'hold'} bytes that mean nothing in ${factText(issue, 'encoding')}.`;
      }
    },
  },
  {
    code: 'incomplete-upload',
    scope: 'file',
    effect: 'file-held',
    title: 'The file may be cut off',
    explanation:
      'Something about the file says that its end is missing. Importing it could lose rows, so it waits for a person, or was not tried when the session broke off.',
    remedy: 'Send the file again. When it is held and you know that it is complete, approve it instead.',
    message: (issue) => {
      const sign = incompleteSigns[factText(issue, 'kind')] ?? 'its end seems to be missing';
      const where = issue.row === null || issue.row === 0 ? '' : ` (row ${issue.row})`;
      return `The file may be cut off: ${sign}${where}.`;
    },
  },
  {
    code: 'same-content-as-last-file',
    scope: 'file',
    effect: 'notice',
    title: 'Same content as the file before',
    explanation: 'The file has exactly the same bytes as the last one of this feed. It was imported all the same.',
    remedy: 'Nothing, when nothing has changed since. Otherwise see whether the export really runs before the upload.',
    message: () => 'The file has exactly the same content as the file before it.',
  },
];

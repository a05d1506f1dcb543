// Why an import was held, not tried, or failed: the reasons beside the issue codes, as data.
// Invariant: every reason that code writes stands here or in the issue dictionary; none is renamed.

export type ReasonEntry = {
  title: string;
  /** The end of “We received x.csv …”, as a clause without full stop. */
  because: string;
  remedy: string;
};

/** Reasons of imports that were not tried (`ignored`), ended (`discarded`) or broke (`failed`) without an issue of the file. */
export const importReasons: Readonly<Record<string, ReasonEntry>> = {
  superseded: {
    title: 'Replaced by a newer upload',
    because: 'the same file was sent again before this one was due, and the newer one counts',
    remedy: 'Nothing has to be done: see the import of the newer file.',
  },
  'removed-before-import': {
    title: 'Removed by the sender',
    because: 'the sender removed it before it was due',
    remedy:
      'Send the file again when it should be imported, and leave it in the folder: Causeway removes it when its time has come.',
  },
  'temporary-name': {
    title: 'Temporary name',
    because: 'it has the name of a file that is still being sent, and was never renamed',
    remedy:
      'Let the sender finish the upload and rename the file to its name in .csv, or send it again under that name.',
  },
  discarded: {
    title: 'Discarded',
    because: 'it was held, and somebody discarded it',
    remedy: 'Use Import again when that was a mistake, or send a corrected file.',
  },
  undone: {
    title: 'Taken back',
    because: 'it was imported, and somebody took it back',
    remedy: 'Use Import again when that was a mistake.',
  },
  'internal-error': {
    title: 'Causeway failed',
    because: 'Causeway itself failed while it read the file; nothing was changed',
    remedy: 'Use Import again. When that fails too, tell the operator the number of this import.',
  },
  'file-lost': {
    title: 'The stored file cannot be read',
    because: 'its stored copy cannot be read',
    remedy: 'Send the file again, and tell the operator.',
  },
};

/** Why an import waits for a person. */
export const holdEntries: Readonly<Record<string, ReasonEntry>> = {
  incomplete: {
    title: 'The file may be cut off',
    because: 'its end seems to be missing',
    remedy: 'Send the file again, or approve this one when you know that it is complete.',
  },
  'size-unusual': {
    title: 'Unusual size',
    because: 'its size is far from what this feed usually sends',
    remedy: 'Compare it with your export, then approve or discard it.',
  },
  'few-rows': {
    title: 'Far fewer rows than usual',
    because: 'it has far fewer rows than usual',
    remedy: 'Look at the filter of your export, then approve or discard it.',
  },
  'identity-collapse': {
    title: 'Most people would be new',
    because: 'few of its CRM IDs are known, so nearly everybody would become a new contact',
    remedy:
      'See whether the ids of your system have changed or another column is mapped to CRM ID, then approve or discard it.',
  },
  'mostly-skipped': {
    title: 'Most rows would be skipped',
    because: 'most of its rows would be skipped',
    remedy: 'Look at the issues, correct the export or the mapping, and send the file again; or approve it as it is.',
  },
  'many-changes': {
    title: 'Unusually many changes',
    because: 'it would change unusually many contacts',
    remedy: 'Look at what would change, then approve or discard it.',
  },
};

const unknownReason: ReasonEntry = {
  title: 'Another reason',
  because: 'this version of Causeway does not know the reason',
  remedy: 'See the documentation of the version that wrote it.',
};

/** The words of a hold reason; unknown ones get words that say so. */
export function holdEntry(reason: string): ReasonEntry {
  return holdEntries[reason] ?? unknownReason;
}

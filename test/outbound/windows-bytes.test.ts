// The bytes of delivered files: every combination of options, held against a writer of RFC 4180 that stands here and shares
// nothing with the product, and read back by csv-parse.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { connectionColumns } from '../../src/domain/dataset.ts';
import type { FileOptions } from '../../src/domain/file-options.ts';
import { cutWindow, discardCut } from '../../src/outbound/cut-window.ts';
import {
  addConnections,
  bytesOf,
  destinationOf,
  openWindowKit,
  type TestConnection,
  type WindowKit,
} from './windows-kit.ts';

const texts = [
  'plain',
  'with, comma',
  'with; semicolon',
  'with\ttab',
  'with | pipe',
  'a "quoted" word',
  '"',
  '""',
  'line\nfeed',
  'carriage\rreturn',
  'both\r\nends',
  '\n',
  ' spaces around ',
  '=1+1',
  '+12125550143',
  '-5',
  '@cmd',
  '\\.',
  '\\N',
  'NULL',
  'Zoë Müller – “€5”',
  '中文',
  '𝔘nicode',
  "O'Neil",
  '\ufeffmark',
  '',
  null,
];

const connections: TestConnection[] = texts.map((text, at) => ({
  externalId: `E-${String(at).padStart(3, '0')}`,
  connectedAt: at % 2 === 0 ? '2026-05-01' : '2026-05-01T10:00:00Z',
  firstName: text,
  lastName: texts[(at + 5) % texts.length] ?? null,
  dateOfBirth: '2007-03-31',
  graduationYear: '2026',
  gpa: at % 3 === 0 ? '3.750' : null,
  city: text === null ? null : `${text}${text}`,
}));

/** By its rules: a cell is quoted when it holds a delimiter, a quote or a line break, and quotes are doubled. */
function rfc4180(rows: string[][], delimiter: string, lineEnd: string, all: boolean): string {
  return rows
    .map((row) =>
      row
        .map((cell) => {
          const needsQuotes = [delimiter, '"', '\r', '\n'].some((sign) => cell.includes(sign));
          return all || needsQuotes ? `"${cell.split('"').join('""')}"` : cell;
        })
        .join(delimiter),
    )
    .map((line) => line + lineEnd)
    .join('');
}

const byteOf = new Map(
  [...new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte))].map((one, at) => [
    one,
    at,
  ]),
);

function encoded(text: string, encoding: FileOptions['encoding']): Buffer {
  if (encoding === 'utf-16le') return Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(text, 'utf16le')]);
  if (encoding === 'windows-1252') return Buffer.from([...text].map((one) => byteOf.get(one) ?? 0x3f));
  const bytes = Buffer.from(text, 'utf8');
  return encoding === 'utf-8-bom' ? Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), bytes]) : bytes;
}

function cellsOf(connection: TestConnection): string[] {
  return connectionColumns.map((column) => {
    const value = connection[column];
    return Array.isArray(value) ? value.join(';') : (value ?? '');
  });
}

const signs = { comma: ',', tab: '\t', semicolon: ';', pipe: '|' } as const;

async function cutBytes(kit: WindowKit, file: Partial<FileOptions>) {
  const cut = await cutWindow(kit.deps, kit.institution, destinationOf(kit.institution, 'connections', file));
  const bytes = await bytesOf(kit.deps, kit.institution, cut.file?.stored);
  await discardCut(kit.deps, kit.institution.id, cut);
  return { cut, bytes };
}

test('every delimiter, quoting, line end and encoding gives exactly the bytes of RFC 4180', async () => {
  await using kit = await openWindowKit();
  await addConnections(kit, connections);
  const rows = connections.map(cellsOf);
  const withHeader = [[...connectionColumns], ...rows];
  for (const delimiter of ['comma', 'tab', 'semicolon', 'pipe'] as const)
    for (const quoting of ['as-needed', 'all'] as const)
      for (const lineEnd of ['crlf', 'lf'] as const)
        for (const encoding of ['utf-8', 'utf-8-bom', 'utf-16le', 'windows-1252'] as const) {
          const header = quoting === 'all' || encoding !== 'utf-8';
          const { cut, bytes } = await cutBytes(kit, { delimiter, quoting, lineEnd, encoding, header });
          const what = `${delimiter} ${quoting} ${lineEnd} ${encoding}`;
          const text = rfc4180(
            header ? withHeader : rows,
            signs[delimiter],
            lineEnd === 'crlf' ? '\r\n' : '\n',
            quoting === 'all',
          );
          assert.equal(bytes.toString('hex'), encoded(text, encoding).toString('hex'), what);
          assert.equal(cut.rows, connections.length, what);
          assert.equal(cut.file?.sha256, createHash('sha256').update(bytes).digest('hex'), what);
          assert.equal(cut.file?.bytes, bytes.length, what);
          const strange = encoding === 'windows-1252' ? [...text].filter((one) => !byteOf.has(one)).length : 0;
          assert.deepEqual(
            cut.notes,
            strange === 0
              ? []
              : [
                  `${strange} characters that Windows-1252 does not have were written as “?”. With UTF-8 nothing is lost.`,
                ],
          );
          if (encoding === 'windows-1252') continue;
          const back = parse(bytes, {
            delimiter: signs[delimiter],
            bom: true,
            encoding: encoding === 'utf-16le' ? 'utf16le' : 'utf8',
            record_delimiter: lineEnd === 'crlf' ? '\r\n' : '\n',
          });
          assert.deepEqual(back, header ? withHeader : rows, what);
        }
});

test('chosen columns come in their order under their headers; a single blank cell is no blank line', async () => {
  await using kit = await openWindowKit();
  await addConnections(kit, [
    { externalId: 'a', firstName: 'Ann', email: 'ann@example.com' },
    { externalId: 'b', firstName: null },
    { externalId: 'c', firstName: '\\.' },
  ]);
  const both = [
    { field: 'email', header: 'E-mail, main' },
    { field: 'externalId', header: 'Id' },
    { field: 'email', header: 'Again' },
  ];
  const chosen = await cutBytes(kit, { columns: both });
  assert.equal(
    chosen.bytes.toString(),
    '"E-mail, main",Id,Again\r\nann@example.com,a,ann@example.com\r\n,b,\r\n,c,\r\n',
  );
  const single = await cutBytes(kit, { columns: [{ field: 'firstName', header: 'First' }] });
  assert.equal(single.cut.rows, 3);
  assert.deepEqual(parse(single.bytes), [['First'], ['Ann'], [''], ['\\.']]);
});

test('a column that the dataset does not have (any more) is told with what could be meant', async () => {
  await using kit = await openWindowKit();
  await assert.rejects(cutBytes(kit, { columns: [{ field: 'fristName', header: 'First' }] }), {
    code: 'unknown-column',
    detail: /Did you mean firstName\?/,
  });
});

test('majors are blank without the entitlement; with a list only offered ones, in its spelling, at most three', async () => {
  await using kit = await openWindowKit();
  const { deps, institution } = kit;
  await addConnections(kit, [
    { externalId: 'a', majors: ['biology', 'Witchcraft', 'History'] },
    { externalId: 'b', majors: [] },
    { externalId: 'c', majors: ['Witchcraft'] },
    { externalId: 'd', majors: ['A', 'B', 'C', 'D'] },
  ]);
  const majors = async () => {
    const { bytes } = await cutBytes(kit, {
      columns: [
        { field: 'externalId', header: 'i' },
        { field: 'majors', header: 'm' },
      ],
      header: false,
    });
    return (parse(bytes) as string[][]).map(([, cell]) => cell);
  };
  assert.deepEqual(await majors(), ['', '', '', '']);
  await deps.db.execute('update institutions set majors_entitled = true where id = $1', [institution.id]);
  assert.deepEqual(await majors(), ['biology;Witchcraft;History', '', 'Witchcraft', 'A;B;C']);
  await deps.db.execute(
    `insert into offered_majors (institution_id, name, seq) values ($1, 'Biology', 1), ($1, 'History', 2), ($1, 'B', 3)`,
    [institution.id],
  );
  assert.deepEqual(await majors(), ['Biology;History', '', '', 'B']);
});

test('contacts have the standard fields, then the institution’s own, whatever they are called', async () => {
  await using kit = await openWindowKit();
  const { deps, institution } = kit;
  const names = [`it's "odd"; --`, 'T-shirt, size', 'Vegan', 'Score'];
  for (const [at, name] of names.entries())
    await deps.db.execute(
      `insert into custom_fields (institution_id, id, name, type, created_at) values ($1, $2, $3, 'text', now())`,
      [institution.id, `01900000-0000-7000-8000-00000000000${at}`, name],
    );
  const custom = { [names[0] ?? '']: 'yes; "really"', 'T-shirt, size': 'XL\nwide', Vegan: false, Score: 12.5 };
  const id = deps.newId();
  await deps.db.execute(
    `insert into contacts (institution_id, id, crm_id, first_name, gpa, text_opt_out, date_of_birth, custom, created_at, updated_at)
     values ($1, $2, '007', 'Ann', 3.50, true, '2007-03-31', $3, now(), now())`,
    [institution.id, id, JSON.stringify(custom)],
  );
  const cut = await cutWindow(deps, institution, destinationOf(institution, 'contacts'));
  const [record] = parse(await bytesOf(deps, institution, cut.file?.stored), { columns: true }) as Record<
    string,
    string
  >[];
  const filled = Object.entries(record ?? {}).filter(([, value]) => value !== '');
  assert.deepEqual(filled, [
    ['causewayId', id],
    ['crmId', '007'],
    ['firstName', 'Ann'],
    ['dateOfBirth', '2007-03-31'],
    ['gpa', '3.50'],
    ['textOptOut', 'true'],
    [`custom.${names[0]}`, 'yes; "really"'],
    ['custom.T-shirt, size', 'XL\nwide'],
    ['custom.Vegan', 'false'],
    ['custom.Score', '12.5'],
  ]);
  assert.equal(
    Object.keys(record ?? {})
      .slice(0, 21)
      .join(' '),
    'causewayId crmId firstName preferredName lastName phone email dateOfBirth gender raceEthnicity graduationYear gpa school street city state postalCode country majors textOptOut enrollmentId',
  );
});

test('the same window with the same options and instant gives the same bytes under the same name', async () => {
  await using kit = await openWindowKit();
  await addConnections(kit, connections.slice(0, 10));
  await addConnections(kit, connections.slice(5));
  const once = await cutBytes(kit, { manifest: true });
  await kit.deps.db.execute('vacuum full connections');
  const again = await cutBytes(kit, { manifest: true });
  assert.deepEqual([again.bytes, again.cut.file?.fileName], [once.bytes, once.cut.file?.fileName]);
  assert.deepEqual(again.cut.file?.manifest?.sha256, once.cut.file?.manifest?.sha256);
});

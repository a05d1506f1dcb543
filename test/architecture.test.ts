// Holds the code against docs/ARCHITECTURE.md: import directions, where SQL may stand, institution ids, file sizes.
// Invariant: the table below and the one in the document say the same.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');
const sources = globSync('src/**/*.ts', { cwd: root });
const production = sources.filter((file) => !file.endsWith('.test.ts'));
const text = new Map(sources.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

/** Which of our folders a folder may import besides itself. */
const allowed: Record<string, string[]> = {
  domain: [],
  api: ['domain'],
  csv: [],
  db: [],
  store: ['db', 'domain'],
  inbound: ['store', 'csv', 'domain', 'db', 'deps.ts'],
  outbound: ['store', 'csv', 'domain', 'db', 'deps.ts'],
  notify: ['store', 'domain', 'db', 'deps.ts'],
  accounts: ['store', 'domain', 'db', 'deps.ts'],
  adapters: ['domain'],
  sftp: ['inbound', 'accounts', 'store', 'domain', 'deps.ts'],
  http: ['inbound', 'outbound', 'notify', 'accounts', 'store', 'api', 'csv', 'domain', 'db', 'deps.ts'],
  jobs: ['inbound', 'outbound', 'notify', 'store', 'csv', 'domain', 'db', 'deps.ts'],
  cli: ['api', 'domain', 'csv', 'inbound', 'accounts', 'store', 'app.ts', 'config.ts', 'deps.ts'],
  'deps.ts': ['domain', 'db'],
  'config.ts': ['db', 'domain'],
  'app.ts': [
    'open-sftp.ts',
    'db',
    'domain',
    'store',
    'inbound',
    'outbound',
    'notify',
    'accounts',
    'adapters',
    'sftp',
    'http',
    'jobs',
    'deps.ts',
    'config.ts',
    'api',
  ],
  'open-sftp.ts': ['db', 'domain', 'inbound', 'adapters', 'sftp', 'sftp-task.ts', 'deps.ts', 'config.ts'],
  'sftp-program.ts': ['db', 'domain', 'store', 'inbound', 'adapters', 'sftp', 'sftp-task.ts'],
  'sftp-task.ts': ['db'],
  'main.ts': ['cli', 'app.ts', 'config.ts', 'db', 'domain'],
};

function layerOf(file: string): string {
  return relative('src', file).split('/')[0] ?? '';
}

function importsOf(file: string): string[] {
  const found = [...(text.get(file) ?? '').matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)];
  return found.map((match) => join(dirname(file), match[1] ?? ''));
}

test('imports point only along the table of docs/ARCHITECTURE.md', () => {
  const wrong = production.flatMap((file) =>
    importsOf(file)
      .filter((target) => {
        const from = layerOf(file);
        const to = layerOf(target);
        return from !== to && !(allowed[from] ?? []).includes(to);
      })
      .map((target) => `${file} imports ${target}`),
  );
  assert.deepEqual(wrong, []);
});

test('every folder of src has a row in the table of docs/ARCHITECTURE.md', () => {
  const document = readFileSync(join(root, 'docs/ARCHITECTURE.md'), 'utf8');
  const layers = [...new Set(production.map(layerOf))].filter((layer) => !layer.endsWith('.ts'));
  assert.deepEqual(
    layers.filter((layer) => !document.includes(`| \`${layer}/\` |`)),
    [],
  );
  assert.deepEqual(
    layers.filter((layer) => !(layer in allowed)),
    [],
  );
});

test('SQL stands in store/ and db/ only', () => {
  const wrong = production.filter((file) => {
    const layer = layerOf(file);
    if (layer === 'store' || layer === 'db') return false;
    return /(?<=[\w)])\.(?:query|queryOne|execute)\s*[<(]/.test(text.get(file) ?? '');
  });
  assert.deepEqual(wrong, []);
});

/** The tables that hold an institution's data, read from the migrations. */
const institutionTables = globSync('src/db/migrations/*.sql', { cwd: root })
  .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/create table (\w+) \(([\s\S]*?)\n\);/g)])
  .filter((match) => /^\s*institution_id uuid/m.test(match[2] ?? ''))
  .map((match) => match[1] ?? '');

test('every statement on an institution’s table names institution_id, unless its function is called …AllInstitutions', () => {
  assert.ok(institutionTables.length > 8);
  const touches = new RegExp(`\\b(?:from|into|update|join)\\s+(?:${institutionTables.join('|')})\\b`, 'i');
  const wrong = production
    .filter((file) => layerOf(file) === 'store')
    .flatMap((file) =>
      functionsOf(text.get(file) ?? '')
        .filter((part) => !/AllInstitutions$/.test(part.name))
        .flatMap((part) => templatesOf(part.body))
        .filter((sql) => touches.test(sql) && !sql.includes('institution_id'))
        .map((sql) => `${file}: ${sql.slice(0, 120)}`),
    );
  assert.deepEqual(wrong, []);
});

/** A file cut at its top-level functions and constants; the name tells whether the exception holds. */
function functionsOf(source: string): { name: string; body: string }[] {
  const parts = source.split(/^(?=(?:export )?(?:async )?(?:function\*?|const) )/m);
  return parts.map((body) => ({ name: /(?:function\*?|const) (\w+)/.exec(body)?.[1] ?? '', body }));
}

test('the environment is read in config.ts and main.ts only', () => {
  const readers = production.filter((file) => /process\.env\b/.test(text.get(file) ?? ''));
  assert.deepEqual(
    readers.filter((file) => file !== 'src/main.ts'),
    [],
  );
});

test('no file of src/ is longer than 300 lines', () => {
  const long = production
    .map((file) => [file, (text.get(file) ?? '').split('\n').length - 1] as const)
    .filter(([, lines]) => lines > 300);
  assert.deepEqual(long, []);
});

test('every file begins with a comment that says what it owns', () => {
  assert.deepEqual(
    production.filter((file) => !(text.get(file) ?? '').startsWith('//')),
    [],
  );
});

/** The texts of all template literals, with what stands in `${}` as part of the text around it. */
function templatesOf(source: string): string[] {
  const found: string[] = [];
  const open: { start: number; braces: number }[] = [];
  for (let at = 0; at < source.length; at++) {
    const innermost = open.at(-1);
    const inText = innermost !== undefined && innermost.braces === 0;
    const character = source[at];
    if (character === '\\') at++;
    else if (character === '`' && inText) found.push(source.slice(open.pop()?.start, at));
    else if (character === '`') open.push({ start: at + 1, braces: 0 });
    else if (inText && character === '$' && source[at + 1] === '{') {
      innermost.braces = 1;
      at++;
    } else if (innermost && !inText && character === '{') innermost.braces++;
    else if (innermost && !inText && character === '}') innermost.braces--;
  }
  return found;
}

// The OpenAPI document: complete, and such that a generator of clients can use it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApiDocument } from './open-api.ts';
import { apiPrefix, routeTable } from './route-table.ts';
import type { Route } from './table/route.ts';

type Json = Record<string, unknown>;
type Operation = {
  operationId: string;
  parameters: { name: string; in: string; required: boolean; schema: Json }[];
  requestBody?: { content: Record<string, { schema?: Json }> };
  responses: Record<string, Json>;
  security: Json[];
};

const document = JSON.parse(JSON.stringify(openApiDocument('1.2.3'))) as {
  openapi: string;
  info: Json;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Json>; securitySchemes: Json };
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

test('it is OpenAPI 3.1 and names this version', () => {
  assert.equal(document.openapi, '3.1.0');
  assert.equal(document.info.version, '1.2.3');
});

test('every route is in it, once, by its name', () => {
  const expected = Object.entries(routeTable as Record<string, Route>).map(
    ([name, { method, path }]) => `${name} ${method.toLowerCase()} ${apiPrefix}${path.replace(/:(\w+)/g, '{$1}')}`,
  );
  const found = operations.map(({ path, method, operation }) => `${operation.operationId} ${method} ${path}`);
  assert.deepEqual(found.sort(), expected.sort());
});

test('every part of a path is a required parameter, and there is no other path parameter', () => {
  for (const { path, operation } of operations) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const parameters = operation.parameters.filter((one) => one.in === 'path');
    assert.deepEqual(parameters.map((one) => one.name).sort(), inPath.sort(), path);
    assert.ok(parameters.every((one) => one.required));
    assert.ok(operation.parameters.every((one) => typeof one.schema === 'object'));
  }
});

test('every reference leads to something, and nothing refers to $defs', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? '');
  assert.ok(references.length > 50);
  for (const reference of references) {
    let at: unknown = document;
    for (const part of reference.replace(/^#\//, '').split('/')) at = (at as Json | undefined)?.[part];
    assert.equal(typeof at, 'object', reference);
  }
});

test('schemas have names that are theirs alone, and every one is used', () => {
  const text = JSON.stringify(document);
  assert.ok(Object.keys(document.components.schemas).includes('Import'));
  for (const name of Object.keys(document.components.schemas)) {
    assert.match(name, /^[A-Za-z]+$/);
    assert.ok(text.includes(`"#/components/schemas/${name}"`), `${name} is not used`);
  }
});

test('every operation can answer with a problem, and all but the public ones ask for a token or a cookie', () => {
  for (const { operation } of operations) {
    assert.deepEqual(operation.responses.default, { $ref: '#/components/responses/Problem' });
    const { access } = (routeTable as Record<string, Route>)[operation.operationId] as Route;
    assert.equal(operation.security.length, access === 'public' ? 0 : 2);
  }
});

test('files go in as bytes or as a form, and JSON bodies have a schema', () => {
  for (const { operation } of operations) {
    const content = operation.requestBody?.content;
    if (!content) continue;
    if ('multipart/form-data' in content) assert.ok('application/octet-stream' in content);
    else assert.equal(typeof content['application/json']?.schema, 'object');
  }
});

// The OpenAPI 3.1 document, made from the route table and the same shapes that requests and answers are checked with.
// Invariant: every route of the table is in it, and every $ref in it has its component.

import { z } from 'zod';
import { problem } from '../api/common.ts';
import { apiPrefix, routeTable } from './route-table.ts';
import type { Access, Route } from './table/route.ts';

type Json = Record<string, unknown>;
type Components = Map<string, Json>;

/** `version` is that of this program. */
export function openApiDocument(version: string): Json {
  const components: Components = new Map();
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries(routeTable as Record<string, Route>)) {
    const path = (apiPrefix + route.path).replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route, components) };
  }
  const problemSchema = schemaOf(problem, 'output', components);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Causeway',
      version,
      description:
        'Files of contacts in by SFTP or upload; every row accounted for. Errors are problem details (RFC 9457) with a stable `code`. Members and parameters that this document does not name are refused, not ignored.',
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
      responses: {
        Problem: {
          description: 'What went wrong, and what to do',
          content: { 'application/problem+json': { schema: problemSchema } },
        },
      },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token, `cwy_…`' },
        session: { type: 'apiKey', in: 'cookie', name: 'causeway', description: 'The cookie of a signed-in browser' },
      },
    },
  };
}

const whoMay: Record<Access, string> = {
  public: 'Anyone.',
  'signed-in': 'Everyone who is signed in.',
  viewer: 'Viewers and admins of the institution; operators.',
  admin: 'Admins of the institution; operators.',
  operator: 'Operators.',
};

function operation(name: string, route: Route, components: Components): Json {
  const body = bodyOf(route, components);
  return {
    operationId: name,
    tags: [name.split('.')[0]],
    summary: route.summary,
    description: whoMay[route.access],
    security: route.access === 'public' ? [] : [{ token: [] }, { session: [] }],
    parameters: [...parametersOf(route.params, 'path', components), ...parametersOf(route.query, 'query', components)],
    ...(body ? { requestBody: body } : {}),
    responses: {
      [route.answer === null ? 204 : (route.status ?? 200)]: answerOf(route, components),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function parametersOf(shape: z.ZodType | undefined, place: 'path' | 'query', components: Components): Json[] {
  if (!shape) return [];
  const { properties = {}, required = [] } = schemaOf(shape, 'input', components) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function bodyOf(route: Route, components: Components): Json | null {
  if (!route.body) return null;
  if (route.body instanceof z.ZodType)
    return { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input', components) } } };
  const mapping = route.body.mapping && schemaOf(route.body.mapping, 'input', components);
  const types = route.body.types ?? ['application/octet-stream', 'text/csv'];
  const file = { type: 'string', contentMediaType: 'application/octet-stream' };
  return {
    required: true,
    description: mapping
      ? 'The bytes of the file as they are; or a form with an optional mapping before the file.'
      : 'The bytes of the file as they are; or a form with the file.',
    content: {
      ...Object.fromEntries(types.map((type) => [type, {}])),
      'multipart/form-data': {
        schema: {
          type: 'object',
          properties: { ...(mapping ? { mapping } : {}), file },
          required: ['file'],
          additionalProperties: false,
        },
        ...(mapping ? { encoding: { mapping: { contentType: 'application/json' } } } : {}),
      },
    },
  };
}

function answerOf(route: Route, components: Components): Json {
  if (route.answer === null) return { description: 'Done.' };
  if (route.answer instanceof z.ZodType)
    return {
      description: route.summary,
      content: { 'application/json': { schema: schemaOf(route.answer, 'output', components) } },
    };
  return { description: route.summary, content: { [route.answer.file]: {} } };
}

/** JSON Schema 2020-12, which OpenAPI 3.1 uses; shapes with an id become components. */
function schemaOf(shape: z.ZodType, io: 'input' | 'output', components: Components): Json {
  const {
    $schema: _dialect,
    $defs = {},
    ...schema
  } = z.toJSONSchema(shape, { io, target: 'draft-2020-12', override: closeObject }) as Json & {
    $defs?: Record<string, Json>;
  };
  const names = new Map<string, string>();
  for (const id of Object.keys($defs)) names.set(id, id);
  if (typeof schema.id === 'string') names.set(schema.id, schema.id);
  for (const [id, definition] of Object.entries($defs)) addComponent(id, definition, io, components, names);
  if (typeof schema.id !== 'string') return renamed(schema, names) as Json;
  addComponent(schema.id, schema, io, components, names);
  return { $ref: `#/components/schemas/${names.get(schema.id)}` };
}

/** No object takes members that it does not name; a record names none. */
function closeObject({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.properties) jsonSchema.additionalProperties ??= false;
}

/** A shape that is not the same going in and coming out is two components, the one going in called `…Request`. */
function addComponent(
  id: string,
  definition: Json,
  io: string,
  components: Components,
  names: Map<string, string>,
): void {
  const { id: _id, ...schema } = renamed(definition, names) as Json;
  const present = components.get(id);
  if (present && JSON.stringify(present) !== JSON.stringify(schema)) {
    names.set(id, io === 'input' ? `${id}Request` : `${id}Answer`);
    components.set(names.get(id) ?? id, schema);
  } else components.set(id, schema);
}

function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((member) => renamed(member, names));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const id = key === '$ref' && typeof member === 'string' ? /^#\/\$defs\/(.+)$/.exec(member)?.[1] : undefined;
      return [key, id === undefined ? renamed(member, names) : `#/components/schemas/${names.get(id) ?? id}`];
    }),
  );
}

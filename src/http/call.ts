// What a handler gets and gives, typed by its entry in the route table.
// Invariant: a handler sees checked input only, and the actor may do what the route says.

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Me } from '../api/accounts.ts';
import type { Actor } from '../domain/actor.ts';
import type { InstitutionRecord } from '../store/institutions.ts';
import type { BytesBody, Route } from './table/route.ts';

/** Who asks, and as what the API shows them. `session` is the secret of the cookie, null for a token. */
export type Identity = { actor: Actor; me: Me; session: string | null };

/** A download; the name is made safe before it is sent. */
export type Download = { name: string; bytes: AsyncIterable<Uint8Array | string>; size?: number };

type Checked<Shape> = Shape extends z.ZodType ? z.output<Shape> : undefined;
type Answer<Shape> = Shape extends z.ZodType ? z.input<Shape> : Shape extends { file: string } ? Download : undefined;

/** Routes with an institution in their path, or an import or a transfer, which belong to one. */
type InstitutionOf<Path extends string> = Path extends `${string}:institution${string}`
  ? InstitutionRecord
  : Path extends `/imports/:id${string}` | `/transfers/:id${string}`
    ? InstitutionRecord
    : null;

export type Call<R extends Route> = {
  params: Checked<R['params']>;
  query: Checked<R['query']>;
  body: R['body'] extends BytesBody ? undefined : Checked<R['body']>;
  identity: R['access'] extends 'public' ? Identity | null : Identity;
  institution: InstitutionOf<R['path']>;
  request: FastifyRequest;
  reply: FastifyReply;
};

export type Handler<R extends Route> = (call: Call<R>) => Promise<Answer<R['answer']>>;

/** A handler for each route of a part of the table. */
export type Handlers<Table extends Record<string, Route>> = { [Name in keyof Table]: Handler<Table[Name]> };

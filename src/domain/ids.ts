// Branded id types, so that one kind of id cannot stand where another belongs.

declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

export type InstitutionId = Id<'institution'>;
export type UserId = Id<'user'>;
export type TokenId = Id<'token'>;
export type FeedId = Id<'feed'>;
export type FeedKeyId = Id<'feed-key'>;
export type FieldId = Id<'field'>;
export type StoredFileId = Id<'stored-file'>;
export type ArrivalId = Id<'arrival'>;
export type ImportId = Id<'import'>;
export type ContactId = Id<'contact'>;
export type SessionId = Id<'session'>;
export type ConnectionId = Id<'connection'>;
export type ConnectionLoadId = Id<'connection-load'>;
export type DestinationId = Id<'destination'>;
export type DestinationKeyId = Id<'destination-key'>;
export type ProbeId = Id<'probe'>;
export type TransferId = Id<'transfer'>;
export type MailId = Id<'mail'>;
export type WebhookId = Id<'webhook'>;
export type WebhookDeliveryId = Id<'webhook-delivery'>;

/** The audit chain of the installation itself, which belongs to no institution. */
export const installationChain = '00000000-0000-0000-0000-000000000000' as InstitutionId;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Is this text a UUID of any version (RFC 9562 section 4)? */
export function isUuid(text: string): boolean {
  return uuid.test(text);
}

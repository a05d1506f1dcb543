-- Comparing before writing: what the row of a file was that left a contact as it is.

-- Mark of the feed (4 bytes) and keyed hash of the row (16); null when the contact was changed in any other way since. No index:
-- it is read for all contacts of an institution at once.
alter table contacts add column row_hash bytea;

-- What waits is little among all that was sent.
create index mails_waiting on mails (created_at) where status = 'queued';
create index webhook_deliveries_waiting on webhook_deliveries (created_at) where status = 'queued';

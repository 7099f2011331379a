-- What was changed, by whom, from which state to which. Each event holds the hash of the one before it. The states
-- are blobs, which may be erased: the chain covers their hashes, so nothing here refers to them.

create table audit_events (
  seq integer primary key check (seq >= 1),
  at integer not null,
  -- Nobody where FormaOps did it by itself.
  actor blob references actors (id),
  origin text not null check (origin in ('window', 'browser', 'cli', 'api', 'file', 'sync', 'engine')),
  operation text check (operation <> ''),
  request_id text check (request_id <> ''),
  action text not null check (action <> ''),
  record text not null,
  before blob check (length(before) = 32),
  after blob check (length(after) = 32),
  previous blob not null unique check (length(previous) = 32),
  hash blob not null unique check (length(hash) = 32)
) strict;
create index audit_events_record on audit_events (record, seq);
create index audit_events_actor on audit_events (actor, seq);
create index audit_events_action on audit_events (action, seq);
create index audit_events_time on audit_events (at, seq);
create index audit_events_request on audit_events (request_id) where request_id is not null;

create trigger audit_events_unchanged before update on audit_events
begin
  select raise(abort, 'the audit trail never changes');
end;
create trigger audit_events_kept before delete on audit_events
begin
  select raise(abort, 'the audit trail never changes');
end;

-- A request is claimed together with its first change; its answer comes once it is known. Without one the request
-- was carried out, and what it said is not known any more.
create table idempotency_keys_new (
  actor blob not null references actors (id),
  operation text not null check (operation <> ''),
  name text not null check (name <> ''),
  request_hash blob not null check (length(request_hash) = 32),
  request_id text check (request_id <> ''),
  answer text check (json_valid(answer)),
  expires_at integer not null,
  primary key (actor, operation, name)
) strict, without rowid;
insert into idempotency_keys_new
  select actor, operation, name, request_hash, null, answer, expires_at from idempotency_keys;
drop table idempotency_keys;
alter table idempotency_keys_new rename to idempotency_keys;
create index idempotency_keys_expiry on idempotency_keys (expires_at);

-- The way of an execution, step by step. What stood before its first attempt has none.
create table execution_logs (
  execution blob not null references executions (id),
  number integer not null check (number >= 0),
  attempt integer check (attempt >= 1),
  at integer not null,
  level text not null check (level in ('debug', 'info', 'warn', 'error')),
  message text not null check (message <> ''),
  metadata text check (json_type(metadata) = 'object'),
  primary key (execution, number)
) strict, without rowid;
create index execution_logs_level on execution_logs (level, at) where level in ('warn', 'error');

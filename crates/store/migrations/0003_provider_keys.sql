-- Several keys for a provider: each has a name, where it is found and the origin it may travel to. A key itself is
-- never stored.

create table providers_new (
  id blob not null primary key check (length(id) = 16),
  name text not null check (name <> '' and instr(name, ':') = 0),
  kind text not null check (kind in ('dry-run', 'openai-chat', 'openai-responses', 'anthropic', 'gemini', 'ollama',
    'azure-openai', 'bedrock')),
  base_url text,
  -- The key in use. It is one of its own, and cannot be removed while it is in use.
  key blob,
  max_concurrent integer check (max_concurrent between 1 and 1024),
  created_at integer not null,
  updated_at integer not null check (updated_at >= created_at),
  check ((base_url is null) = (kind = 'dry-run')),
  foreign key (id, key) references provider_keys (provider, id)
) strict, without rowid;

create table provider_keys (
  id blob not null primary key check (length(id) = 16),
  provider blob not null references providers (id) on delete cascade,
  name text not null check (name <> ''),
  reference text not null check (json_type(reference) = 'object'),
  origin text not null,
  created_at integer not null,
  unique (provider, id)
) strict, without rowid;
create unique index provider_keys_name on provider_keys (provider, name collate nocase);

insert into provider_keys
  select randomblob(16), id, json_extract(key_reference, '$.name'), key_reference, key_origin, created_at
  from providers where key_reference is not null;
insert into providers_new
  select id, name, kind, base_url, (select key.id from provider_keys key where key.provider = providers.id),
    max_concurrent, created_at, updated_at
  from providers;
drop table providers;
alter table providers_new rename to providers;
create unique index providers_name on providers (name collate nocase);

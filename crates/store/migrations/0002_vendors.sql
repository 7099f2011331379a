-- More kinds of providers; why a model stopped, in the provider's own word too; the tools it asks for.

create table providers_new (
  id blob not null primary key check (length(id) = 16),
  name text not null check (name <> '' and instr(name, ':') = 0),
  kind text not null check (kind in ('dry-run', 'openai-chat', 'openai-responses', 'anthropic', 'gemini', 'ollama',
    'azure-openai', 'bedrock')),
  base_url text,
  -- Where the key is found and the origin it may travel to. A key itself is never stored.
  key_reference text check (json_valid(key_reference)),
  key_origin text,
  max_concurrent integer check (max_concurrent between 1 and 1024),
  created_at integer not null,
  updated_at integer not null check (updated_at >= created_at),
  check ((base_url is null) = (kind = 'dry-run')),
  check ((key_reference is null) = (key_origin is null))
) strict, without rowid;
insert into providers_new
  select id, name, kind, base_url, key_reference, key_origin, max_concurrent, created_at, updated_at from providers;
drop table providers;
alter table providers_new rename to providers;
create unique index providers_name on providers (name collate nocase);

alter table executions add column tool_calls text check (json_type(tool_calls) = 'array');

-- What has ended never changes in what it says; here it only comes to say it in another form.
drop trigger executions_terminal;
update executions set finish = case json_type(finish)
    when 'text' then json_object('reason', json_extract(finish, '$'))
    else json_object('reason', 'other', 'word', json_extract(finish, '$.other'))
  end
where finish is not null;
create trigger executions_terminal before update on executions
when old.status in ('completed', 'failed', 'cancelled')
begin
  select raise(abort, 'an execution that has ended never changes');
end;

-- A provider's list says more of a model than its id.
update provider_models set models = (select json_group_array(json_object('id', value)) from json_each(models));

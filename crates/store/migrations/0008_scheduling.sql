-- On which terms a run is executed, which model answered, and what a provider is to get within a minute.

alter table runs add column fallbacks text check (fallbacks is null or json_type(fallbacks) = 'array');
alter table runs add column concurrency integer check (concurrency >= 1);
alter table runs add column fail_fast integer not null default 0 check (fail_fast in (0, 1));
alter table runs add column on_restart text not null default 'fail' check (on_restart in ('fail', 'resume'));

-- The model of the fallback chain that answered in the place of the execution's own.
alter table executions add column answered_by text check (answered_by is null or instr(answered_by, ':') > 1);

alter table providers add column requests_per_minute integer check (requests_per_minute between 1 and 1000000);
alter table providers add column tokens_per_minute integer check (tokens_per_minute between 1 and 1000000000);

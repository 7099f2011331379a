-- What may be spent and what was: caps, what each attempt could cost at most, and sums that follow the attempts.

create table budgets (
  seq integer primary key,
  id blob not null unique check (length(id) = 16),
  -- `workspace`, `provider:NAME`, `model:PROVIDER:MODEL` or `prompt:ID`.
  scope text not null check (scope = 'workspace' or scope glob 'provider:?*' or scope glob 'model:?*:?*'
    or scope glob 'prompt:prm_?*'),
  period text not null check (period in ('once', 'day', 'month')),
  cap_nanos integer not null check (cap_nanos >= 0),
  kind text not null check (kind in ('hard', 'soft')),
  -- What had been spent in its scope when it was made: a budget for once counts from then on.
  base_nanos integer not null check (base_nanos >= 0),
  created_at integer not null,
  updated_at integer not null check (updated_at >= created_at),
  deleted_at integer
) strict;

-- What the attempts that have ended came to. Their provider is the beginning of the model.
create table spend (
  day text not null check (day glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  model text not null check (instr(model, ':') > 1),
  prompt blob not null references prompts (id),
  attempts integer not null check (attempts > 0),
  input_tokens integer not null check (input_tokens >= 0),
  output_tokens integer not null check (output_tokens >= 0),
  cost_nanos integer not null check (cost_nanos >= 0),
  primary key (day, model, prompt)
) strict, without rowid;

alter table runs add column cap_nanos integer check (cap_nanos >= 0);

-- The most tokens that the model answers with, whatever it is asked for.
alter table run_variants add column max_output_tokens integer check (max_output_tokens > 0);

-- The most that an attempt can cost, set aside before it is sent. One that is interrupted is taken to have cost it.
alter table attempts add column reserved_nanos integer check (reserved_nanos >= 0);
alter table attempts add column day text not null default '1970-01-01'
  check (day glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]');

create index attempts_recent on attempts (started_at, cost_nanos);

-- What ran before counts for its day in UTC.
drop trigger attempts_terminal;
update attempts set day = strftime('%Y-%m-%d', started_at / 1000000, 'unixepoch');
create trigger attempts_terminal before update on attempts
when old.status <> 'running'
begin
  select raise(abort, 'an attempt that has ended never changes');
end;

insert into spend
  select a.day, a.model, e.prompt, count(*), sum(coalesce(a.usage ->> 'inputTokens', 0)),
    sum(coalesce(a.usage ->> 'outputTokens', 0)), sum(coalesce(a.cost_nanos, 0))
  from attempts a join executions e on e.id = a.execution
  where a.status <> 'running'
  group by a.day, a.model, e.prompt;
update runs set cost_nanos = (select coalesce(sum(a.cost_nanos), 0)
  from executions e join attempts a on a.execution = e.id where e.run = runs.id);

-- Money follows the attempts, however one of them ends; an attempt ends once, so it is counted once.
create trigger attempts_spend after update of status on attempts
when old.status = 'running' and new.status <> 'running'
begin
  insert into spend (day, model, prompt, attempts, input_tokens, output_tokens, cost_nanos)
  select new.day, new.model, e.prompt, 1, coalesce(new.usage ->> 'inputTokens', 0),
    coalesce(new.usage ->> 'outputTokens', 0), coalesce(new.cost_nanos, 0)
  from executions e where e.id = new.execution
  on conflict (day, model, prompt) do update set attempts = attempts + 1,
    input_tokens = input_tokens + excluded.input_tokens, output_tokens = output_tokens + excluded.output_tokens,
    cost_nanos = cost_nanos + excluded.cost_nanos;
end;

create trigger attempts_cost after update of status on attempts
when old.status = 'running' and new.status <> 'running' and new.cost_nanos > 0
begin
  update runs set cost_nanos = cost_nanos + new.cost_nanos
  where id = (select run from executions where id = new.execution);
end;

-- The counts of a run still follow its executions.
drop trigger executions_progress;
create trigger executions_progress after update of status on executions
when old.status <> new.status
begin
  update runs set
    pending = pending - (old.status = 'pending') + (new.status = 'pending'),
    running = running - (old.status = 'running') + (new.status = 'running'),
    completed = completed + (new.status = 'completed'),
    failed = failed + (new.status = 'failed'),
    cancelled = cancelled + (new.status = 'cancelled'),
    status = case when status = 'pending' and new.status = 'running' then 'running' else status end,
    started_at = coalesce(started_at, new.started_at)
  where id = new.run;
end;

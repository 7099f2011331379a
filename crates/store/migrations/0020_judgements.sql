-- What people say of answers, which of two they like better, verdicts that come once all answers to a case are there,
-- what rules cost beside the answers, and the web services that rules ask.

-- What a person says of an answer; who changes their mind has said the last, and the trail tells the rest.
create table ratings (
  execution blob not null references executions (id),
  rated_by blob not null references actors (id),
  verdict text check (verdict in ('pass', 'fail')),
  score real check (score between 0 and 1),
  note text not null check (length(note) <= 4000),
  created_at integer not null,
  updated_at integer not null check (updated_at >= created_at),
  primary key (execution, rated_by),
  check (verdict is not null or score is not null or note <> '')
) strict, without rowid;

-- Which of two answers to a case a person likes better, without having seen whose they are. `one` is of the column that
-- stands first.
create table preferences (
  one blob not null references executions (id),
  other blob not null references executions (id),
  decided_by blob not null references actors (id),
  choice text not null check (choice in ('one', 'other', 'same')),
  decided_at integer not null,
  primary key (one, other, decided_by),
  check (one <> other)
) strict, without rowid;

-- Whether a result came after the end, once all answers to the case were there.
alter table validation_results add column late integer not null default 0 check (late in (0, 1));

-- The verdict of an execution that has completed stays open until its run ends; all else of it never changes.
drop trigger executions_terminal;
create trigger executions_terminal before update of seq, id, run, prompt, version, model, case_index, repeat,
  variant_index, generation, status, preview, output_bytes, output, reasoning, failure, finish, latency_micros,
  first_token_micros, tokens_per_second, usage, cost_nanos, basis, created_by, created_at, started_at, completed_at,
  tool_calls, retry, answered_by, replayed on executions
when old.status in ('completed', 'failed', 'cancelled')
begin
  select raise(abort, 'an execution that has ended never changes');
end;
create trigger executions_verdict before update of validated_output, validation_status, score on executions
when old.status in ('failed', 'cancelled') or old.status = 'completed'
  and exists (select 1 from runs r where r.id = old.run and r.status in ('completed', 'cancelled'))
begin
  select raise(abort, 'the verdict of an execution whose run has ended never changes');
end;

-- What judges, and models that make vectors, cost for the rules of its executions: runs of their own.
alter table runs add column rules_nanos integer not null default 0 check (rules_nanos >= 0);
update runs set rules_nanos = (select coalesce(sum(child.cost_nanos), 0)
  from executions e join runs child on child.parent = e.id where e.run = runs.id);
drop trigger attempts_cost;
create trigger attempts_cost after update of status on attempts
when old.status = 'running' and new.status <> 'running' and new.cost_nanos > 0
begin
  update runs set cost_nanos = cost_nanos + new.cost_nanos
  where id = (select run from executions where id = new.execution);
  update runs set rules_nanos = rules_nanos + new.cost_nanos
  where id = (select needing.run from executions e join runs child on child.id = e.run
    join executions needing on needing.id = child.parent where e.id = new.execution);
end;

create table egress_now (
  seq integer primary key,
  id blob not null unique check (length(id) = 16),
  origin text not null check (origin <> ''),
  is_local integer not null check (is_local in (0, 1)),
  purpose text not null check (purpose in ('execution', 'models', 'test', 'discovery', 'webhook')),
  -- The reference of the key, never the key.
  key_reference text check (json_valid(key_reference)),
  execution blob check (length(execution) = 16),
  bytes_out integer not null check (bytes_out >= 0),
  bytes_in integer not null check (bytes_in >= 0),
  http_status integer check (http_status between 100 and 999),
  sent_at integer not null,
  ended_at integer,
  check (ended_at >= sent_at)
) strict;
insert into egress_now select * from egress;
drop table egress;
alter table egress_now rename to egress;
create index egress_outside on egress (seq) where is_local = 0;
create index egress_execution on egress (execution) where execution is not null;

-- Finding runs by day, by model and by words; inputs that are remembered under names.

-- Lists are by time and then by `seq`, which every index ends with.
drop index runs_prompt;
drop index runs_status;
create index runs_created on runs (created_at);
create index runs_prompt on runs (prompt, created_at);
create index runs_status on runs (status, created_at);

-- The runs of each model and of each provider, whose name has no colon. Triggers keep it.
create table run_models (
  model text not null,
  created_at integer not null,
  run integer not null,
  primary key (model, created_at, run)
) strict, without rowid;
insert or ignore into run_models
  select v.model, r.created_at, r.seq from run_variants v join runs r on r.id = v.run
  union all
  select substr(v.model, 1, instr(v.model, ':') - 1), r.created_at, r.seq
    from run_variants v join runs r on r.id = v.run;

create trigger run_variants_listed after insert on run_variants
begin
  insert or ignore into run_models
    select new.model, created_at, seq from runs where id = new.run
    union all
    select substr(new.model, 1, instr(new.model, ':') - 1), created_at, seq from runs where id = new.run;
end;

create trigger run_variants_unlisted after delete on run_variants
begin
  delete from run_models
  where model in (old.model, substr(old.model, 1, instr(old.model, ':') - 1))
    and (created_at, run) = (select created_at, seq from runs where id = old.run);
end;

-- The words of executions that have ended: the name of the prompt, the inputs, the beginning of the answer.
-- It holds no text, only where words stand; its rowid is the `seq` of the execution.
create virtual table execution_words using fts5 (
  prompt, inputs, answer, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);

create trigger executions_forgotten after delete on executions
begin
  delete from execution_words where rowid = old.seq;
end;

-- Executions that ended before there was an index of words: those up to this one are still to be read.
create table execution_words_backlog (
  singleton integer not null primary key default 1 check (singleton = 1),
  seq integer not null
) strict;
insert into execution_words_backlog (seq) select seq from executions order by seq desc limit 1;

-- Inputs of a prompt under a name; values of sensitive variables are not among them.
create table input_sets (
  prompt blob not null references prompts (id),
  name text not null collate nocase check (name <> ''),
  inputs text not null check (json_type(inputs) = 'object'),
  created_at integer not null,
  updated_at integer not null check (updated_at >= created_at),
  primary key (prompt, name)
) strict, without rowid;

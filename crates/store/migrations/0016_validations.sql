-- Validations that could not be decided, what they found for programs, and what all of them come to.
create table validation_results_now (
  execution blob not null references executions (id),
  position integer not null check (position >= 0),
  name text not null,
  verdict text not null check (verdict in ('pass', 'fail', 'error')),
  score real not null check (score between 0 and 1),
  message text not null,
  detail text check (json_valid(detail)),
  weight real not null default 1 check (weight >= 0),
  metric text,
  primary key (execution, position)
) strict, without rowid;
insert into validation_results_now (execution, position, name, verdict, score, message)
select execution, position, name, verdict, score, message from validation_results;
drop table validation_results;
alter table validation_results_now rename to validation_results;

alter table executions add column score real check (score between 0 and 1);

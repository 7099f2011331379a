-- An execution whose attempt failed may wait for the next one: pending again, with what comes and why.

alter table executions add column retry text
  check (retry is null or (json_type(retry) = 'object' and status = 'pending'));

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
    cost_nanos = cost_nanos + coalesce(new.cost_nanos, 0),
    status = case when status = 'pending' and new.status = 'running' then 'running' else status end,
    started_at = coalesce(started_at, new.started_at)
  where id = new.run;
end;

-- The model that a version suggests, beside its content: who narrows a search by model need not read each version's JSON.
drop trigger prompt_versions_immutable;
alter table prompt_versions add column model text;
update prompt_versions set model = content ->> '$.settings.model';

create trigger prompt_versions_immutable before update on prompt_versions
when old.number is not null
  or (old.prompt, old.id, old.content_hash, old.content, old.parents, old.author, old.note, old.created_at, old.model)
  is not (new.prompt, new.id, new.content_hash, new.content, new.parents, new.author, new.note, new.created_at, new.model)
begin
  select raise(abort, 'a version never changes');
end;

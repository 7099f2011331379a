-- Finding prompts and versions by words, and prompts by any letters of what they are called.
--
-- Triggers keep the indexes, so that whatever changes a prompt keeps them, also a program that does not know them.
-- The indexes hold no text, only where words stand.

-- What can be searched of a version: its templates, the names and descriptions of its variables, and its note.
-- Values are not among it: neither defaults nor options.
create view version_texts as
  select v.seq, v.prompt, v.id, v.number, v.note,
    substr(coalesce(
      v.content ->> '$.body.template',
      (select group_concat(m.value ->> '$.template', char(10)) from json_each(v.content, '$.body.messages') m)
    ), 1, 65536) as body,
    substr(
      (select group_concat((x.value ->> '$.name') || ' ' || coalesce(x.value ->> '$.description', ''), char(10))
        from json_each(v.content, '$.variables') x),
      1, 65536) as variables
  from prompt_versions v;

-- The same of the newest versions of `main`, each with what its prompt is called.
create view head_texts as
  select t.seq, t.prompt, p.name, p.title, t.body, t.variables, t.note
  from refs r
  join version_texts t on t.prompt = r.prompt and t.id = r.version
  join prompts p on p.id = r.prompt
  where r.kind = 'branch' and r.name = 'main';

create view prompt_texts as
  select p.seq, p.id, p.name, p.title, p.description,
    (select group_concat(t.tag, char(10)) from prompt_tags t where t.prompt = p.id) as tags
  from prompts p;

-- The rowids are the `seq` of the prompt, of the prompt, of the version, and of the version.
create virtual table prompt_words using fts5 (
  name, title, description, tags,
  content = '', contentless_delete = 1, prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
);
create virtual table prompt_letters using fts5 (
  name, title, description, content = '', contentless_delete = 1, tokenize = 'trigram'
);
create virtual table head_words using fts5 (
  name, title, body, variables, note,
  content = '', contentless_delete = 1, prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
);
create virtual table version_words using fts5 (
  body, variables, note,
  content = '', contentless_delete = 1, prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
);

insert into prompt_words (rowid, name, title, description, tags)
  select seq, name, title, description, tags from prompt_texts;
insert into prompt_letters (rowid, name, title, description) select seq, name, title, description from prompts;

-- Not `insert or replace`: a conflict clause of the statement that fires a trigger would take its place.
create trigger prompts_findable after insert on prompts
begin
  insert into prompt_words (rowid, name, title, description, tags)
    select seq, name, title, description, tags from prompt_texts where seq = new.seq;
  insert into prompt_letters (rowid, name, title, description)
    values (new.seq, new.name, new.title, new.description);
end;

create trigger prompts_renamed after update of name, title, description on prompts
when (old.name, old.title, old.description) is not (new.name, new.title, new.description)
begin
  delete from prompt_words where rowid = new.seq;
  insert into prompt_words (rowid, name, title, description, tags)
    select seq, name, title, description, tags from prompt_texts where seq = new.seq;
  delete from prompt_letters where rowid = new.seq;
  insert into prompt_letters (rowid, name, title, description)
    values (new.seq, new.name, new.title, new.description);
  delete from head_words where rowid = (select seq from head_texts where prompt = new.id);
  insert into head_words (rowid, name, title, body, variables, note)
    select seq, name, title, body, variables, note from head_texts where prompt = new.id;
end;

create trigger prompts_forgotten after delete on prompts
begin
  delete from prompt_words where rowid = old.seq;
  delete from prompt_letters where rowid = old.seq;
end;

create trigger prompt_tags_findable after insert on prompt_tags
begin
  delete from prompt_words where rowid = (select seq from prompts where id = new.prompt);
  insert into prompt_words (rowid, name, title, description, tags)
    select seq, name, title, description, tags from prompt_texts where id = new.prompt;
end;

create trigger prompt_tags_forgotten after delete on prompt_tags
begin
  delete from prompt_words where rowid = (select seq from prompts where id = old.prompt);
  insert into prompt_words (rowid, name, title, description, tags)
    select seq, name, title, description, tags from prompt_texts where id = old.prompt;
end;

-- A version that only ran has no number, and is no version that somebody looks for.
create trigger prompt_versions_findable after insert on prompt_versions
when new.number is not null
begin
  insert into version_words (rowid, body, variables, note)
    select seq, body, variables, note from version_texts where seq = new.seq;
end;

create trigger prompt_versions_numbered after update of number on prompt_versions
when old.number is null and new.number is not null
begin
  insert into version_words (rowid, body, variables, note)
    select seq, body, variables, note from version_texts where seq = new.seq;
end;

create trigger prompt_versions_forgotten after delete on prompt_versions
begin
  delete from version_words where rowid = old.seq;
  delete from head_words where rowid = old.seq;
end;

create trigger refs_head_made after insert on refs
when new.kind = 'branch' and new.name = 'main'
begin
  delete from head_words where rowid = (select seq from head_texts where prompt = new.prompt);
  insert into head_words (rowid, name, title, body, variables, note)
    select seq, name, title, body, variables, note from head_texts where prompt = new.prompt;
end;

create trigger refs_head_moved after update of version on refs
when new.kind = 'branch' and new.name = 'main' and old.version <> new.version
begin
  delete from head_words
    where rowid = (select seq from prompt_versions where prompt = old.prompt and id = old.version);
  insert into head_words (rowid, name, title, body, variables, note)
    select seq, name, title, body, variables, note from head_texts where prompt = new.prompt;
end;

-- Versions that were saved before there was an index of words: those up to this one are still to be read.
create table version_words_backlog (
  singleton integer not null primary key default 1 check (singleton = 1),
  seq integer not null
) strict;
insert into version_words_backlog (seq) select seq from prompt_versions order by seq desc limit 1;

-- Prompts by a label that they have.
create index refs_name on refs (kind, name, prompt);

-- The folder of files that the workspace is linked to, if any. The actor is who the versions are by that come from it.
create table linked_folders (
  singleton integer primary key check (singleton = 1),
  path text not null check (path <> ''),
  actor blob not null references actors (id),
  trusted_at integer,
  linked_at integer not null
) strict;

-- What a prompt and its file both said when they last said the same. A file that is gone is remembered: so a prompt
-- whose file comes back goes on where it was. Where the file was removed from here, its text is kept with it.
create table linked_files (
  prompt blob not null primary key references prompts (id),
  path text not null check (path <> ''),
  version blob not null,
  words text not null check (json_type(words) = 'object'),
  hash blob not null check (length(hash) = 32),
  identity text,
  is_gone integer not null check (is_gone in (0, 1)),
  text text,
  foreign key (prompt, version) references prompt_versions (prompt, id)
) strict, without rowid;
create unique index linked_files_path on linked_files (path collate nocase) where is_gone = 0;

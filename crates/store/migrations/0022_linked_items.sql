-- Datasets and suites stand in files of the linked folder too. What both last said is, of a prompt, its version and
-- words; of a dataset the number of its version; of a suite, which has no versions, all that its file says.
create table linked_files_now (
  item blob not null primary key check (length(item) = 16),
  kind text not null check (kind in ('prompt', 'dataset', 'suite')),
  path text not null check (path <> ''),
  said text not null check (json_type(said) = 'object'),
  hash blob not null check (length(hash) = 32),
  identity text,
  is_gone integer not null check (is_gone in (0, 1)),
  text text
) strict, without rowid;
insert into linked_files_now (item, kind, path, said, hash, identity, is_gone, text)
select prompt, 'prompt', path,
  json_object('prompt', json_object('version', 'ver_' || lower(hex(version)), 'words', json(words))),
  hash, identity, is_gone, text
from linked_files;
drop table linked_files;
alter table linked_files_now rename to linked_files;
create unique index linked_files_path on linked_files (path collate nocase) where is_gone = 0;

//! Prompts, versions and executions by words, the likeliest first.
//!
//! Prompts by what they are called come first, then prompts by what is said of them, then the newest versions, the
//! older ones, and executions; of each the newest first. Each of these ranks has its own index of words, so a page
//! reads no more of them than it shows: one statement goes along the index from the newest on, and ends with the page.
//! Where few of those with the words fit the filter, no more than the newest 10,000 are looked at.

use super::{Words, places};
use crate::{
    Store, StoreError,
    column::{Int, Key, Text, Word},
    cursor,
};
use formaops_domain::{
    ExecutionId, Hit, HitKind, HitRecord, ModelRef, Page, PromptId, PromptName, PromptStatus, RunId,
    Timestamp, VersionId,
};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

/// How many of those with the words are looked at, of each rank and for each page.
const MOST_MATCHES: i64 = 10_000;
/// How many places of a hit are told.
const MOST_PLACES: usize = 4;

/// Which hits a search has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HitFilter {
    /// Only these kinds; all where empty.
    pub kinds: Vec<HitKind>,
    /// Only prompts with this tag, and what is of them.
    pub tag: Option<String>,
    /// Only prompts that stand here, and what is of them.
    pub status: Option<PromptStatus>,
    /// Only prompts with this label, the versions that it names, and executions of those.
    pub label: Option<String>,
    /// Only executions on this model or on a model of this provider, versions that suggest it, and prompts whose
    /// newest version does.
    pub model: Option<String>,
    /// Only what was changed, saved or made from then on.
    pub from: Option<Timestamp>,
    /// Only what was changed, saved or made before.
    pub to: Option<Timestamp>,
}

impl HitFilter {
    fn times(&self) -> (Int<Timestamp>, Int<Timestamp>) {
        let (first, last) = (Timestamp::from_micros(i64::MIN), Timestamp::from_micros(i64::MAX));
        (Int(self.from.unwrap_or(first)), Int(self.to.unwrap_or(last)))
    }

    fn has(&self, kind: HitKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}

/// The versions of a rank that have the words by its own index of words, and fit: newest first. What an index can say of a
/// version (`f`) is asked first, and of its label whether its prompt has it at all: the version itself (`v`) is large, and
/// read only where all of that holds.
macro_rules! versions {
    ($search:ident, $index:literal, $query:expr, $is_of_rank:literal, $bound:ident, $room:ident) => {{
        let query = $query;
        let HitFilter { tag, label, model, .. } = $search.filter;
        let (status, (from, to)) = ($search.filter.status.map(Word), $search.filter.times());
        sqlx::query_as!(
            VersionRow,
            "with w (seq) as (select rowid from "
                + $index
                + " where "
                + $index
                + r#" match ?1 and rowid < ?2 order by rowid desc limit ?3)
            select v.seq as "seq!", v.id as "id: Key<VersionId>", v.number as "number!: u32",
              p.id as "prompt: Key<PromptId>", p.name as "name: Text<PromptName>", p.title,
              v.created_at as "created_at: Int<Timestamp>"
            from w
            cross join prompt_versions f indexed by prompt_versions_filters on f.seq = w.seq
            cross join prompts p on p.id = f.prompt
            cross join prompt_versions v on v.seq = f.seq
            where f.number is not null and p.deleted_at is null
              and (?4 is null or f.prompt in (select prompt from prompt_tags where tag = ?4))
              and (?5 is null or p.status = ?5)
              and (?6 is null or f.prompt in (select prompt from refs where kind = 'label' and name = ?6))
              and (?6 is null or (v.prompt, v.id) in
                (select prompt, version from refs where kind = 'label' and name = ?6))
              and (?7 is null or ?7 in (f.model, substr(f.model, 1, instr(f.model, ':') - 1)))
              and f.created_at >= ?8 and f.created_at < ?9 and "#
                + $is_of_rank
                + " order by w.seq desc limit ?10",
            query,
            $bound,
            MOST_MATCHES,
            tag,
            status,
            label,
            model,
            from,
            to,
            $room,
        )
        .fetch_all(&mut *$search.connection)
        .await?
    }};
}

/// The order of what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Rank {
    /// Prompts by name and title.
    Named,
    /// Prompts by description and tags.
    Described,
    /// Newest versions of `main`.
    Head,
    /// Other versions.
    Older,
    Execution,
}

/// Where a hit stands among all: its rank, then from large to small.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Place(Rank, i64, i64);

const BEGINNING: Place = Place(Rank::Named, i64::MAX, i64::MAX);

/// A hit without its places, and where its texts are.
struct Found {
    place: Place,
    seq: i64,
    hit: Hit,
}

/// A page that is being filled.
struct Search<'a> {
    connection: &'a mut SqliteConnection,
    words: &'a Words,
    filter: &'a HitFilter,
    rows: i64,
    found: Vec<Found>,
}

impl Store {
    /// What has all the words of `text`, the last of which may be just begun; prompts also where what they are called
    /// has its letters anywhere. Nothing of a prompt in the bin is found. A text without words finds nothing.
    pub async fn list_hits(
        &self,
        text: &str,
        filter: &HitFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Hit>, StoreError> {
        let after = cursor::decode(cursor)?.unwrap_or(BEGINNING);
        let Some(words) = Words::of(text) else { return Ok(Page::whole(Vec::new())) };
        let mut connection = self.readers().acquire().await?;
        let rows = i64::from(cursor::rows(limit));
        let mut search =
            Search { connection: &mut connection, words: &words, filter, rows, found: Vec::new() };
        search.prompts(after).await?;
        search.versions(after, Rank::Head).await?;
        search.versions(after, Rank::Older).await?;
        search.executions(after).await?;
        let page = cursor::page(search.found, limit, |found| found.place, |found| found);
        let mut items = Vec::with_capacity(page.items.len());
        for Found { seq, mut hit, .. } in page.items {
            hit.places = match hit.record {
                HitRecord::Prompt { .. } => places::of_prompt(&mut connection, seq, &words).await?,
                HitRecord::Version { .. } => places::of_version(&mut connection, seq, &words).await?,
                HitRecord::Execution { .. } => places::of_execution(&mut connection, seq, &words).await?,
            };
            hit.places.truncate(MOST_PLACES);
            items.push(hit);
        }
        Ok(Page { items, next: page.next })
    }
}

struct PromptRow {
    seq: i64,
    is_named: bool,
    id: Key<PromptId>,
    name: Text<PromptName>,
    title: String,
    status: Word<PromptStatus>,
    updated_at: Int<Timestamp>,
}

impl From<PromptRow> for Found {
    fn from(row: PromptRow) -> Self {
        let rank = if row.is_named { Rank::Named } else { Rank::Described };
        Self {
            place: Place(rank, row.updated_at.0.as_micros(), row.seq),
            seq: row.seq,
            hit: Hit {
                prompt_id: row.id.0,
                prompt_name: row.name.0,
                prompt_title: row.title,
                at: row.updated_at.0,
                record: HitRecord::Prompt { status: row.status.0 },
                places: Vec::new(),
            },
        }
    }
}

struct VersionRow {
    seq: i64,
    id: Key<VersionId>,
    number: u32,
    prompt: Key<PromptId>,
    name: Text<PromptName>,
    title: String,
    created_at: Int<Timestamp>,
}

impl VersionRow {
    fn found(self, rank: Rank) -> Found {
        let is_head = rank == Rank::Head;
        let record = HitRecord::Version { version_id: self.id.0, number: self.number, is_head };
        Found {
            place: Place(rank, self.seq, 0),
            seq: self.seq,
            hit: Hit {
                prompt_id: self.prompt.0,
                prompt_name: self.name.0,
                prompt_title: self.title,
                at: self.created_at.0,
                record,
                places: Vec::new(),
            },
        }
    }
}

struct ExecutionRow {
    seq: i64,
    id: Key<ExecutionId>,
    run: Key<RunId>,
    model: Text<ModelRef>,
    prompt: Key<PromptId>,
    name: Text<PromptName>,
    title: String,
    created_at: Int<Timestamp>,
}

impl From<ExecutionRow> for Found {
    fn from(row: ExecutionRow) -> Self {
        let record = HitRecord::Execution { execution_id: row.id.0, run_id: row.run.0, model: row.model.0 };
        Self {
            place: Place(Rank::Execution, row.seq, 0),
            seq: row.seq,
            hit: Hit {
                prompt_id: row.prompt.0,
                prompt_name: row.name.0,
                prompt_title: row.title,
                at: row.created_at.0,
                record,
                places: Vec::new(),
            },
        }
    }
}

impl Search<'_> {
    /// How many hits the page has room for, and the bound below which those of this rank go on.
    fn room(&self, kind: HitKind, rank: Rank, after: Place) -> Option<(i64, i64)> {
        let room = self.rows - self.found.len() as i64;
        let bound = if after.0 == rank { after.1 } else { i64::MAX };
        (room > 0 && after.0 <= rank && self.filter.has(kind)).then_some((room, bound))
    }

    async fn prompts(&mut self, after: Place) -> Result<(), StoreError> {
        if after.0 > Rank::Described || !self.filter.has(HitKind::Prompt) {
            return Ok(());
        }
        let (query, named) = (self.words.query(), self.words.query_in("name title"));
        let letters = self.words.letters_in("name title");
        let Place(rank, updated_at, seq) = after;
        let only_described = rank == Rank::Described;
        let HitFilter { tag, label, model, .. } = self.filter;
        let (status, (from, to)) = (self.filter.status.map(Word), self.filter.times());
        let found = sqlx::query_as!(
            PromptRow,
            r#"with named (seq) as materialized (
                select rowid from prompt_words where prompt_words match ?1
                union select rowid from prompt_letters where prompt_letters match ?2),
              found (seq, is_named) as materialized (
                select seq, true from named
                union all
                select rowid, false from prompt_words
                  where prompt_words match ?3 and rowid not in (select seq from named)
                order by 1 desc limit ?4)
            select p.seq, f.is_named as "is_named!: bool", p.id as "id: Key<PromptId>",
              p.name as "name: Text<PromptName>", p.title, p.status as "status: Word<PromptStatus>",
              p.updated_at as "updated_at: Int<Timestamp>"
            from found f
            cross join prompts p on p.seq = f.seq
            where p.deleted_at is null
              and ((p.updated_at, p.seq) < (?6, ?7) and (f.is_named or ?5) or not (f.is_named or ?5))
              and not (f.is_named and ?5)
              and (?8 is null or p.id in (select prompt from prompt_tags where tag = ?8))
              and (?9 is null or p.status = ?9)
              and (?10 is null or p.id in (select prompt from refs where kind = 'label' and name = ?10))
              and (?11 is null or exists (select 1 from refs h
                join prompt_versions v on v.prompt = h.prompt and v.id = h.version
                where h.prompt = p.id and h.kind = 'branch' and h.name = 'main'
                  and ?11 in (v.model, substr(v.model, 1, instr(v.model, ':') - 1))))
              and p.updated_at >= ?12 and p.updated_at < ?13
            order by f.is_named desc, p.updated_at desc, p.seq desc limit ?14"#,
            named,
            letters,
            query,
            MOST_MATCHES,
            only_described,
            updated_at,
            seq,
            tag,
            status,
            label,
            model,
            from,
            to,
            self.rows,
        )
        .fetch_all(&mut *self.connection)
        .await?;
        self.found.extend(found.into_iter().map(Found::from));
        Ok(())
    }

    async fn versions(&mut self, after: Place, rank: Rank) -> Result<(), StoreError> {
        let Some((room, bound)) = self.room(HitKind::Version, rank, after) else { return Ok(()) };
        let found = if rank == Rank::Head {
            // By its name alone a prompt is found as such. The index has the newest versions of `main` alone.
            let beyond = self.words.query_beyond("name title", "body variables note");
            versions!(self, "head_words", beyond, "true", bound, room)
        } else {
            versions!(
                self,
                "version_words",
                self.words.query(),
                "not exists (select 1 from refs h
                  where h.prompt = p.id and h.kind = 'branch' and h.name = 'main' and h.version = v.id)",
                bound,
                room
            )
        };
        self.found.extend(found.into_iter().map(|row| row.found(rank)));
        Ok(())
    }

    async fn executions(&mut self, after: Place) -> Result<(), StoreError> {
        let Some((room, bound)) = self.room(HitKind::Execution, Rank::Execution, after) else {
            return Ok(());
        };
        let HitFilter { tag, label, model, .. } = self.filter;
        let (status, (from, to)) = (self.filter.status.map(Word), self.filter.times());
        let query = self.words.query();
        let found = sqlx::query_as!(
            ExecutionRow,
            r#"with w (seq) as (select rowid from execution_words
                where execution_words match ?1 and rowid < ?2 order by rowid desc limit ?3)
            select e.seq, e.id as "id: Key<ExecutionId>", e.run as "run: Key<RunId>",
              e.model as "model: Text<ModelRef>", p.id as "prompt: Key<PromptId>",
              p.name as "name: Text<PromptName>", p.title, e.created_at as "created_at: Int<Timestamp>"
            from w
            cross join executions e on e.seq = w.seq
            cross join prompts p on p.id = e.prompt
            cross join runs r on r.id = e.run
            where p.deleted_at is null and r.parent is null
              and (?4 is null or e.prompt in (select prompt from prompt_tags where tag = ?4))
              and (?5 is null or p.status = ?5)
              and (?6 is null or (e.prompt, e.version) in
                (select prompt, version from refs where kind = 'label' and name = ?6))
              and (?7 is null or ?7 in (e.model, substr(e.model, 1, instr(e.model, ':') - 1)))
              and e.created_at >= ?8 and e.created_at < ?9
            order by w.seq desc limit ?10"#,
            query,
            bound,
            MOST_MATCHES,
            tag,
            status,
            label,
            model,
            from,
            to,
            room,
        )
        .fetch_all(&mut *self.connection)
        .await?;
        self.found.extend(found.into_iter().map(Found::from));
        Ok(())
    }
}

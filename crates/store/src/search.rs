//! Finding by words: the index of what went into executions and what came out, the runs that it finds, and what all
//! indexes find together.
//!
//! The indexes hold no text. What is found is shown from the texts themselves.

mod hits;
mod places;
mod versions;
mod words;

pub use hits::HitFilter;
pub(crate) use words::{Words, letters};

use crate::{
    Store, StoreError, blob,
    column::{Int, Key, Text, Word},
    run::RunFilter,
};
use formaops_domain::{
    ExecutionId, JsonObject, Match, ModelRef, PromptId, RunId, RunStatus, SuiteId, Timestamp,
};
use serde_json::Value;
use sqlx::SqliteConnection;
use std::collections::HashSet;

/// How much of an answer, and how much of the inputs, can be searched: about 20 pages each. It keeps the commit
/// of a large answer quick.
const MOST_BYTES: usize = 64 << 10;
/// Matches that are looked at in one step.
const STEP: u32 = 256;
/// Versions and executions that were there before their index, indexed in one step.
const BACKLOG_STEP: u32 = 64;

/// What can be searched of an execution, beside the name of its prompt.
pub(crate) struct Entry {
    pub(crate) inputs: String,
    pub(crate) answer: String,
}

impl Entry {
    /// Of an execution with these inputs, as they are stored, and this answer.
    pub(crate) fn new(inputs: &JsonObject, answer: &str) -> Self {
        let mut all = String::new();
        inputs.values().for_each(|value| collect(value, &mut all));
        Self { inputs: beginning(&all).to_owned(), answer: beginning(answer).to_owned() }
    }
}

/// The texts, numbers and truths in a value, a line each.
fn collect(value: &Value, into: &mut String) {
    match value {
        Value::Null => {}
        Value::String(text) => {
            into.push_str(text);
            into.push('\n');
        }
        Value::Bool(_) | Value::Number(_) => {
            into.push_str(&value.to_string());
            into.push('\n');
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, into)),
    }
}

/// As much of a text as can be searched.
fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(MOST_BYTES)]
}

/// What can be searched of an execution with this answer.
pub(crate) async fn entry(
    connection: &mut SqliteConnection,
    execution: ExecutionId,
    answer: &str,
) -> Result<Entry, StoreError> {
    let key = Key(execution);
    let inputs = sqlx::query_scalar!(
        r#"select i.data
        from executions e
        join run_cases rc on rc.run = e.run and rc.position = e.case_index
        join blobs i on i.hash = rc.inputs
        where e.id = ?1"#,
        key,
    )
    .fetch_optional(connection)
    .await?
    .ok_or_else(|| StoreError::not_found("execution", execution))?;
    Ok(Entry::new(&blob::json(&inputs)?, answer))
}

/// A run that was found, and the newest of its executions that has the words.
pub(crate) struct Found {
    pub(crate) execution: i64,
    pub(crate) run: i64,
}

/// The runs that have the words and fit the filter, by the newest of their executions that has them: those whose
/// newest is older than `before`.
pub(crate) async fn find_runs(
    connection: &mut SqliteConnection,
    words: &Words,
    filter: &RunFilter,
    before: i64,
    rows: u32,
) -> Result<Vec<Found>, StoreError> {
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    let mut bound = before;
    while found.len() < rows as usize {
        let step = step(connection, words, filter, bound).await?;
        bound = step.last().map_or(0, |last| last.execution);
        let is_last = step.len() < STEP as usize;
        for next in step {
            // A run whose newest match is on an earlier page was told there.
            if seen.insert(next.run) && !has_newer(connection, words, next.run, before).await? {
                found.push(next);
            }
        }
        if is_last {
            break;
        }
    }
    found.truncate(rows as usize);
    Ok(found)
}

/// The next matches, newest first. The words lead: the index answers them in the order of its rows.
async fn step(
    connection: &mut SqliteConnection,
    words: &Words,
    filter: &RunFilter,
    before: i64,
) -> Result<Vec<Found>, StoreError> {
    let (query, model) = (words.query(), filter.model.as_deref());
    let (prompt, status) = (filter.prompt.map(Key::<PromptId>), filter.status.map(Word::<RunStatus>));
    let suite = filter.suite.map(Key::<SuiteId>);
    let (from, to) = filter.times();
    let (from, to) = (Int::<Timestamp>(from), Int::<Timestamp>(to));
    let found = sqlx::query_as!(
        Found,
        r#"select w.rowid as "execution!: i64", r.seq as run
        from execution_words w
        cross join executions e on e.seq = w.rowid
        cross join runs r on r.id = e.run
        where w.execution_words match ?1 and w.rowid < ?2
          and (?3 is null or r.prompt = ?3) and (?4 is null or r.status = ?4)
          and r.created_at >= ?5 and r.created_at < ?6
          and (?7 is null or exists (select 1 from run_models m
            where m.model = ?7 and m.created_at = r.created_at and m.run = r.seq))
          and (?8 is null or r.suite = ?8) and (not ?9 or r.failed > 0)
        order by w.rowid desc limit ?10"#,
        query,
        before,
        prompt,
        status,
        from,
        to,
        model,
        suite,
        filter.failing,
        STEP,
    )
    .fetch_all(connection)
    .await?;
    Ok(found)
}

async fn has_newer(
    connection: &mut SqliteConnection,
    words: &Words,
    run: i64,
    before: i64,
) -> Result<bool, StoreError> {
    if before == i64::MAX {
        return Ok(false);
    }
    let query = words.query();
    let newer = sqlx::query_scalar!(
        r#"select e.seq as "seq!" from executions e
        cross join execution_words w on w.rowid = e.seq
        where e.run = (select id from runs where seq = ?1) and e.seq >= ?2 and w.execution_words match ?3 limit 1"#,
        run,
        before,
        query,
    )
    .fetch_optional(connection)
    .await?;
    Ok(newer.is_some())
}

struct MatchRow {
    seq: i64,
    execution: Key<ExecutionId>,
    model: Text<ModelRef>,
}

impl Store {
    /// Where these runs have the words of `text`: the newest execution of each that has all of them. Runs without
    /// such an execution are left out.
    pub async fn list_matches(&self, text: &str, runs: &[RunId]) -> Result<Vec<Match>, StoreError> {
        let Some(words) = Words::of(text) else { return Ok(Vec::new()) };
        let mut connection = self.readers().acquire().await?;
        let (mut matches, query) = (Vec::new(), words.query());
        for &run in runs {
            let key = Key(run);
            let row = sqlx::query_as!(
                MatchRow,
                r#"select e.seq, e.id as "execution: Key<ExecutionId>", e.model as "model: Text<ModelRef>"
                from executions e
                cross join execution_words w on w.rowid = e.seq
                where e.run = ?1 and w.execution_words match ?2 order by e.seq desc limit 1"#,
                key,
                query,
            )
            .fetch_optional(&mut *connection)
            .await?;
            if let Some(MatchRow { seq, execution, model }) = row {
                let places = places::of_execution(&mut connection, seq, &words).await?;
                matches.push(Match { run_id: run, execution_id: execution.0, model: model.0, places });
            }
        }
        Ok(matches)
    }

    /// Makes some more versions and executions searchable of those that were there before there were indexes of
    /// words, newest first; answers whether there may be more. Each step is short, so that it holds nobody up.
    pub async fn index_backlog(&self) -> Result<bool, StoreError> {
        let versions = self.write(|connection| Box::pin(versions::index(connection, BACKLOG_STEP))).await?;
        Ok(self.index_executions().await? || versions)
    }

    async fn index_executions(&self) -> Result<bool, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let rows = sqlx::query!(
            r#"select e.seq, e.status as "status: String", i.data as inputs, o.data as "answer?"
            from executions e
            join run_cases rc on rc.run = e.run and rc.position = e.case_index
            join blobs i on i.hash = rc.inputs
            left join blobs o on o.hash = e.output
            where e.seq <= (select seq from execution_words_backlog)
            order by e.seq desc limit ?1"#,
            BACKLOG_STEP,
        )
        .fetch_all(&mut *connection)
        .await?;
        drop(connection);
        let rest = rows.last().map_or(0, |last| last.seq - 1);
        let more = rows.len() == BACKLOG_STEP as usize;
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            // What has not ended is indexed when it ends.
            if matches!(row.status.as_str(), "pending" | "running") {
                continue;
            }
            let answer =
                row.answer.map(|data| blob::decompress_range(&data, 0, MOST_BYTES as u64)).transpose()?;
            let answer = String::from_utf8_lossy(&answer.unwrap_or_default()).into_owned();
            entries.push((row.seq, Entry::new(&blob::json(&row.inputs)?, &answer)));
        }
        self.write(move |connection| {
            Box::pin(async move {
                for (seq, entry) in &entries {
                    sqlx::query!(
                        "insert or replace into execution_words (rowid, prompt, inputs, answer)
                        select e.seq, r.prompt_name, ?2, ?3 from executions e join runs r on r.id = e.run
                        where e.seq = ?1",
                        seq,
                        entry.inputs,
                        entry.answer,
                    )
                    .execute(&mut *connection)
                    .await?;
                }
                if more {
                    sqlx::query!("update execution_words_backlog set seq = ?1", rest)
                        .execute(connection)
                        .await?;
                } else {
                    sqlx::query!("delete from execution_words_backlog").execute(connection).await?;
                }
                Ok(more)
            })
        })
        .await
    }
}

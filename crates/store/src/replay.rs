//! Recordings that stand in the place of calls: found by what is sent, given away, and taken in from elsewhere.

use crate::{
    Store, StoreError,
    blob::{self, Blob},
    column::{Int, Json, Key, Text, Word, metrics},
    cursor, recording,
};
use formaops_domain::{
    CostBasis, ModelRef, NanoUsd, Page, Replayed, RequestHash, RunId, Span, Timestamp, Usage,
    ports::{RecordedAnswer, RecordedFacts},
};
use sqlx::SqliteConnection;
use std::collections::BTreeMap;

/// A whole answer, and the request that it is found by.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRecording {
    /// The name of what was sent.
    pub request_hash: RequestHash,
    /// The repeat that it was recorded for, from 0.
    pub repeat: u32,
    /// The model that answered.
    pub model: ModelRef,
    /// What it answered.
    pub answer: RecordedAnswer,
}

struct RecordedRow {
    request_hash: Key<RequestHash>,
    repeat: u32,
    model: Text<ModelRef>,
    data: Vec<u8>,
    http_status: Option<u16>,
    request_id: Option<String>,
    headers: Option<Json<BTreeMap<String, String>>>,
    latency: Option<Int<Span>>,
    first_token: Option<Int<Span>>,
    tokens_per_second: Option<f64>,
    usage: Option<Json<Usage>>,
    cost: Option<Int<NanoUsd>>,
    basis: Word<CostBasis>,
    replayed: Option<Json<Replayed>>,
    recorded_at: Int<Timestamp>,
}

impl RecordedRow {
    fn into_recording(self) -> Result<StoredRecording, StoreError> {
        let metrics = metrics!(self);
        let replayed = metrics.replayed;
        let facts = RecordedFacts {
            http_status: self.http_status,
            request_id: self.request_id,
            headers: self.headers.map(|headers| headers.0).unwrap_or_default(),
            metrics: metrics.as_recorded(),
            // What was replayed is as old as the call that it comes from.
            recorded_at: replayed.map_or(self.recorded_at.0, |replayed| replayed.recorded_at),
        };
        let frames = recording::decode(blob::decompress(&self.data)?)?;
        Ok(StoredRecording {
            request_hash: self.request_hash.0,
            repeat: self.repeat,
            model: self.model.0,
            answer: RecordedAnswer { frames, facts },
        })
    }
}

/// The recordings of attempts that were answered to the end. What an attempt was told in headers stands in the log of
/// its execution.
macro_rules! select_recorded {
    ($tail:literal, $($argument:expr),*) => {
        sqlx::query_as!(
            RecordedRow,
            r#"select r.request_hash as "request_hash!: Key<RequestHash>", r.repeat as "repeat: u32",
              a.model as "model: Text<ModelRef>", b.data, a.http_status as "http_status: u16", a.request_id,
              (select l.metadata -> '$.headers' from execution_logs l
                where l.execution = a.execution and l.attempt = a.number and l.metadata ->> '$.headers' is not null limit 1)
                as "headers?: Json<BTreeMap<String, String>>",
              a.latency_micros as "latency: Int<Span>", a.first_token_micros as "first_token: Int<Span>",
              a.tokens_per_second, a.usage as "usage: Json<Usage>", a.cost_nanos as "cost: Int<NanoUsd>",
              a.basis as "basis: Word<CostBasis>", a.replayed as "replayed: Json<Replayed>",
              r.recorded_at as "recorded_at: Int<Timestamp>"
            from recordings r
            join attempts a on a.id = r.attempt and a.status = 'succeeded'
            join blobs b on b.hash = r.frames
            "# + $tail,
            $($argument),*
        )
    };
}

impl Store {
    /// The whole answer to a request that was recorded for a repeat, or imported: the one that came last to this
    /// workspace.
    pub async fn find_recorded(
        &self,
        request: RequestHash,
        repeat: u32,
    ) -> Result<Option<RecordedAnswer>, StoreError> {
        let key = Key(request);
        let own = select_recorded!(
            "where r.request_hash = ?1 and r.repeat = ?2 order by r.recorded_at desc limit 1",
            key,
            repeat
        )
        .fetch_optional(self.readers())
        .await?;
        let imported = sqlx::query!(
            r#"select i.imported_at as "imported_at: Int<Timestamp>", b.data, i.facts as "facts: Json<RecordedFacts>"
            from imported_recordings i join blobs b on b.hash = i.frames where i.request_hash = ?1 and i.repeat = ?2"#,
            key,
            repeat,
        )
        .fetch_optional(self.readers())
        .await?;
        match (own, imported) {
            (own, Some(imported))
                if own.as_ref().is_none_or(|own| own.recorded_at.0 < imported.imported_at.0) =>
            {
                let frames = recording::decode(blob::decompress(&imported.data)?)?;
                Ok(Some(RecordedAnswer { frames, facts: imported.facts.0 }))
            }
            (own, _) => Ok(own.map(RecordedRow::into_recording).transpose()?.map(|found| found.answer)),
        }
    }

    /// The whole answers that a run has recorded, cell by cell. A page has those of so many executions.
    pub async fn list_recordings(
        &self,
        run: RunId,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<StoredRecording>, StoreError> {
        let after = cursor::decode::<(i64, i64, i64, i64)>(cursor)?.unwrap_or((-1, 0, 0, 0));
        let (run, rows, (case, repeat, variant, generation)) = (Key(run), cursor::rows(limit), after);
        let executions = sqlx::query!(
            "select seq, case_index, repeat, variant_index, generation from executions
            where run = ?1 and (case_index, repeat, variant_index, generation) > (?2, ?3, ?4, ?5)
            order by case_index, repeat, variant_index, generation limit ?6",
            run,
            case,
            repeat,
            variant,
            generation,
            rows,
        )
        .fetch_all(self.readers())
        .await?;
        let page = cursor::page(
            executions,
            limit,
            |row| (row.case_index, row.repeat, row.variant_index, row.generation),
            |row| row.seq,
        );
        let seqs = Json(&page.items);
        let found = select_recorded!(
            "join executions e on e.id = a.execution
            where e.seq in (select value from json_each(?1)) and r.request_hash is not null order by a.seq",
            seqs
        )
        .fetch_all(self.readers())
        .await?;
        let items = found.into_iter().map(RecordedRow::into_recording).collect::<Result<_, _>>()?;
        Ok(Page { items, next: page.next })
    }

    /// The runs that executions of a run needed, such as those of judges, in the order they were made.
    pub async fn list_needed_runs(&self, run: RunId) -> Result<Vec<RunId>, StoreError> {
        let run = Key(run);
        let rows = sqlx::query_scalar!(
            r#"select r.id as "id: Key<RunId>" from executions e join runs r on r.parent = e.id
            where e.run = ?1 order by r.seq"#,
            run,
        )
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// Keeps whole answers that were recorded elsewhere. They take the place of those that were imported before for the
    /// same requests; of several that are imported at once for one, the newest is kept.
    pub async fn insert_recordings(
        &self,
        recordings: Vec<StoredRecording>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let packed = recordings
            .into_iter()
            .map(|recording| Ok((Blob::new(&recording::encode(&recording.answer.frames))?, recording)))
            .collect::<Result<Vec<_>, StoreError>>()?;
        self.write(move |connection| {
            Box::pin(async move {
                for (frames, recording) in packed {
                    insert_imported(connection, frames, &recording, at).await?;
                }
                Ok(())
            })
        })
        .await
    }
}

async fn insert_imported(
    connection: &mut SqliteConnection,
    frames: Blob,
    recording: &StoredRecording,
    at: Timestamp,
) -> Result<(), StoreError> {
    let StoredRecording { request_hash, repeat, model, answer } = recording;
    let (request, hash, model) = (Key(*request_hash), Key(frames.hash), Text(model));
    let (facts, recorded_at, at) = (Json(&answer.facts), Int(answer.facts.recorded_at), Int(at));
    blob::insert(connection, [frames]).await?;
    sqlx::query!(
        "insert into imported_recordings (request_hash, repeat, model, frames, facts, recorded_at, imported_at)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        on conflict (request_hash, repeat) do update set model = excluded.model, frames = excluded.frames,
          facts = excluded.facts, recorded_at = excluded.recorded_at, imported_at = excluded.imported_at
        where excluded.imported_at <> imported_recordings.imported_at
          or excluded.recorded_at >= imported_recordings.recorded_at",
        request,
        repeat,
        model,
        hash,
        facts,
        recorded_at,
        at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

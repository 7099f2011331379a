//! Recordings: the bytes of an answer as they came, with their times.
//!
//! While an attempt runs they are kept in parts; when it ends the parts become one blob. The content of a
//! blob is a row of frames: microseconds since the attempt began (u64), length (u32), bytes; little-endian.

use crate::{
    Store, StoreError,
    blob::{self, Blob},
    column::{Int, Json, Key, hex},
    execution_log,
};
use bytes::Bytes;
use formaops_domain::{AttemptId, ExecutionId, RequestHash, Span, Timestamp, ports::RecordingPart};
use sqlx::SqliteConnection;

/// What came from a provider in one attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// The name of what was sent.
    pub request_hash: Option<RequestHash>,
    /// The bytes of the body with the time they came, counted from the start of the attempt.
    pub frames: Vec<(Span, Bytes)>,
    /// When the attempt ended.
    pub recorded_at: Timestamp,
}

const HEADER: usize = 12;

pub(crate) fn encode(frames: &[(Span, Bytes)]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(frames.iter().map(|(_, data)| HEADER + data.len()).sum());
    for (at, data) in frames {
        // One frame is what came in one read: far below 4 GiB.
        let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&at.as_micros().to_le_bytes());
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&data[..length as usize]);
    }
    bytes
}

pub(crate) fn decode(bytes: Vec<u8>) -> Result<Vec<(Span, Bytes)>, StoreError> {
    let mut rest = Bytes::from(bytes);
    let mut frames = Vec::new();
    while !rest.is_empty() {
        let cut = || StoreError::unreadable(std::io::Error::from(std::io::ErrorKind::UnexpectedEof));
        let header = rest.get(..HEADER).ok_or_else(cut)?;
        let (at, length) = header.split_at(8);
        let at = u64::from_le_bytes(at.try_into().map_err(StoreError::unreadable)?);
        let length = u32::from_le_bytes(length.try_into().map_err(StoreError::unreadable)?) as usize;
        if rest.len() < HEADER + length {
            return Err(cut());
        }
        frames.push((Span::from_micros(at), rest.slice(HEADER..HEADER + length)));
        rest = rest.slice(HEADER + length..);
    }
    Ok(frames)
}

/// The frames of a part, ready for the store.
pub(crate) fn pack(frames: &[(Span, Bytes)]) -> Result<Vec<u8>, StoreError> {
    blob::compress(&encode(frames))
}

/// A recording that was put together before its transaction, and the number of stored parts in it.
pub(crate) struct Joined {
    pub(crate) parts: u32,
    last: Vec<u8>,
    pub(crate) blob: Blob,
}

impl Joined {
    /// A recording of this last part alone.
    pub(crate) fn of(last: Vec<u8>) -> Result<Self, StoreError> {
        Ok(Self { parts: 0, blob: Blob::from_compressed([last.as_slice()])?, last })
    }

    /// The stored parts of an attempt with this last one, which is not stored.
    pub(crate) async fn load(
        connection: &mut SqliteConnection,
        attempt: AttemptId,
        last: Vec<u8>,
    ) -> Result<Self, StoreError> {
        let parts = load_parts(connection, attempt).await?;
        let blob = Blob::from_compressed(parts.iter().chain([&last]).map(Vec::as_slice))?;
        Ok(Self { parts: u32::try_from(parts.len()).unwrap_or(u32::MAX), last, blob })
    }
}

async fn load_parts(
    connection: &mut SqliteConnection,
    attempt: AttemptId,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let attempt = Key(attempt);
    let frames =
        sqlx::query_scalar!("select frames from recording_parts where attempt = ?1 order by number", attempt)
            .fetch_all(connection)
            .await?;
    Ok(frames)
}

/// Stores whole recordings of attempts instead of their parts, each with the time of its end.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    recordings: &[(AttemptId, &Joined, Timestamp)],
) -> Result<(), StoreError> {
    let blobs: Vec<_> = recordings.iter().map(|(_, joined, _)| joined.blob.clone()).collect();
    blob::insert(connection, blobs).await?;
    let row = |(id, joined, at): &(AttemptId, &Joined, Timestamp)| {
        (hex(id.as_bytes()), hex(&joined.blob.hash), at.as_micros())
    };
    let rows = Json(recordings.iter().map(row).collect::<Vec<_>>());
    sqlx::query!(
        "insert into recordings (attempt, request_hash, repeat, frames, recorded_at)
        select a.id, a.request_hash, coalesce(p.repeat, e.repeat), unhex(x.value ->> 1), x.value ->> 2
        from json_each(?1) x cross join attempts a on a.id = unhex(x.value ->> 0)
        cross join executions e on e.id = a.execution cross join runs r on r.id = e.run
        left join executions p on p.id = r.parent",
        rows,
    )
    .execute(&mut *connection)
    .await?;
    for (attempt, joined, _) in recordings {
        if joined.parts > 0 {
            drop_parts(connection, *attempt).await?;
        }
    }
    Ok(())
}

/// Stores the recording of an attempt that has more parts than were joined: one of them was still on its way when
/// the others were read, and must not be lost.
pub(crate) async fn join_again(
    connection: &mut SqliteConnection,
    attempt: AttemptId,
    joined: &Joined,
    at: Timestamp,
) -> Result<(), StoreError> {
    let joined = Joined::load(connection, attempt, joined.last.clone()).await?;
    insert(connection, &[(attempt, &joined, at)]).await
}

/// Forgets the parts of a recording that is stored as a whole.
pub(crate) async fn drop_parts(
    connection: &mut SqliteConnection,
    attempt: AttemptId,
) -> Result<(), StoreError> {
    let key = Key(attempt);
    sqlx::query!("delete from recording_parts where attempt = ?1", key).execute(connection).await?;
    Ok(())
}

/// Keeps a part, and shows its text in the execution.
async fn append(
    connection: &mut SqliteConnection,
    part: RecordingPart,
    frames: Vec<u8>,
) -> Result<(), StoreError> {
    let RecordingPart { attempt, text, log, .. } = part;
    let key = Key(attempt);
    let row = sqlx::query!(
        r#"select a.execution as "execution: Key<ExecutionId>", a.status, e.preview,
          e.output_bytes as "output_bytes: u64",
          (select coalesce(max(p.number), -1) + 1 from recording_parts p where p.attempt = a.id) as "number!: u32"
        from attempts a join executions e on e.id = a.execution where a.id = ?1"#,
        key,
    )
    .fetch_optional(&mut *connection)
    .await?
    .ok_or_else(|| StoreError::not_found("attempt", attempt))?;
    if row.status != "running" {
        let (id, wanted) = (attempt.to_string(), "longer");
        return Err(StoreError::Transition { noun: "attempt", id, status: row.status, wanted });
    }
    execution_log::append(connection, row.execution.0, &log).await?;
    let (offset, length) = (Int(row.output_bytes), Int(text.len() as u64));
    sqlx::query!(
        "insert into recording_parts (attempt, number, text_offset, text_bytes, text, frames)
        values (?1, ?2, ?3, ?4, ?5, ?6)",
        key,
        row.number,
        offset,
        length,
        text,
        frames,
    )
    .execute(&mut *connection)
    .await?;
    if text.is_empty() {
        return Ok(());
    }
    let preview = crate::output::preview(&(row.preview + &text));
    sqlx::query!(
        "update executions set output_bytes = output_bytes + ?2, preview = ?3 where id = ?1",
        row.execution,
        length,
        preview,
    )
    .execute(connection)
    .await?;
    Ok(())
}

impl Store {
    /// Keeps a part of what came.
    ///
    /// # Errors
    /// [`StoreError::Transition`] where the attempt has ended.
    pub async fn append_recording(&self, part: RecordingPart) -> Result<(), StoreError> {
        let frames = pack(&part.frames)?;
        self.write(move |connection| Box::pin(append(connection, part, frames))).await
    }

    /// The recording of an attempt; `None` while it runs.
    pub async fn find_recording(&self, attempt: AttemptId) -> Result<Option<Recording>, StoreError> {
        let attempt = Key(attempt);
        let row = sqlx::query!(
            r#"select r.request_hash as "request_hash: Key<RequestHash>", b.data,
              r.recorded_at as "recorded_at: Int<Timestamp>"
            from recordings r join blobs b on b.hash = r.frames where r.attempt = ?1"#,
            attempt,
        )
        .fetch_optional(self.readers())
        .await?;
        row.map(|row| {
            Ok(Recording {
                request_hash: row.request_hash.map(|hash| hash.0),
                frames: decode(blob::decompress(&row.data)?)?,
                recorded_at: row.recorded_at.0,
            })
        })
        .transpose()
    }
}

/// The moment of the last frame that an attempt has stored, counted from its start.
pub(crate) async fn last_sign(
    connection: &mut SqliteConnection,
    attempt: AttemptId,
) -> Result<Option<Span>, StoreError> {
    let Some(last) = load_parts(connection, attempt).await?.pop() else { return Ok(None) };
    Ok(decode(blob::decompress(&last)?)?.last().map(|&(at, _)| at))
}

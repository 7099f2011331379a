//! The ledger of what left this machine.

use crate::{
    Store, StoreError,
    column::{Int, Json, Key, Text, Word},
    cursor,
};
use formaops_domain::{Egress, EgressId, ExecutionId, KeyRef, Origin, Page, Purpose, Timestamp};
use serde_json::json;

/// Which entries a list has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EgressFilter {
    /// Leaves out what went to this machine.
    pub outside: bool,
    /// Only what was sent for this execution.
    pub execution: Option<ExecutionId>,
}

/// All that went to one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EgressTotal {
    /// The place.
    pub origin: Origin,
    /// Requests.
    pub requests: u64,
    /// Bytes of bodies that were sent.
    pub bytes_out: u64,
    /// Bytes of bodies that came back.
    pub bytes_in: u64,
    /// When the last was sent.
    pub last_at: Timestamp,
}

struct EgressRow {
    seq: i64,
    id: Key<EgressId>,
    origin: Text<Origin>,
    is_local: bool,
    purpose: Word<Purpose>,
    key_reference: Option<Json<KeyRef>>,
    execution: Option<Key<ExecutionId>>,
    bytes_out: u64,
    bytes_in: u64,
    http_status: Option<u16>,
    sent_at: Int<Timestamp>,
    ended_at: Option<Int<Timestamp>>,
}

impl From<EgressRow> for Egress {
    fn from(row: EgressRow) -> Self {
        Self {
            id: row.id.0,
            origin: row.origin.0,
            is_local: row.is_local,
            purpose: row.purpose.0,
            key: row.key_reference.map(|key| key.0),
            execution_id: row.execution.map(|execution| execution.0),
            bytes_out: row.bytes_out,
            bytes_in: row.bytes_in,
            http_status: row.http_status,
            sent_at: row.sent_at.0,
            ended_at: row.ended_at.map(|at| at.0),
        }
    }
}

impl Store {
    /// Keeps entries, each over what was kept of it before. One statement, however many they are.
    pub async fn put_egress(&self, entries: Vec<Egress>) -> Result<(), StoreError> {
        let row = |entry: &Egress| {
            let hex = |id: &[u8]| id.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            json!([
                hex(entry.id.as_bytes()),
                entry.origin,
                entry.is_local,
                entry.purpose,
                entry.key.as_ref().map(|key| json!(key).to_string()),
                entry.execution_id.map(|id| hex(id.as_bytes())),
                entry.bytes_out,
                entry.bytes_in,
                entry.http_status,
                entry.sent_at.as_micros(),
                entry.ended_at.map(Timestamp::as_micros),
            ])
        };
        let rows = Json(entries.iter().map(row).collect::<Vec<_>>());
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query!(
                    "insert into egress (id, origin, is_local, purpose, key_reference, execution, bytes_out,
                      bytes_in, http_status, sent_at, ended_at)
                    select unhex(value ->> 0), value ->> 1, value ->> 2, value ->> 3, value ->> 4,
                      unhex(value ->> 5), value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10
                    from json_each(?1) where true
                    on conflict (id) do update set bytes_in = excluded.bytes_in,
                      http_status = excluded.http_status, ended_at = excluded.ended_at",
                    rows,
                )
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// The entries, newest first.
    pub async fn list_egress(
        &self,
        filter: EgressFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Egress>, StoreError> {
        let before: i64 = cursor::decode(cursor)?.unwrap_or(i64::MAX);
        let (rows, execution) = (cursor::rows(limit), filter.execution.map(Key));
        let found = sqlx::query_as!(
            EgressRow,
            r#"select seq, id as "id: Key<EgressId>", origin as "origin: Text<Origin>", is_local as "is_local: bool",
              purpose as "purpose: Word<Purpose>", key_reference as "key_reference: Json<KeyRef>",
              execution as "execution: Key<ExecutionId>", bytes_out as "bytes_out: u64", bytes_in as "bytes_in: u64",
              http_status as "http_status: u16", sent_at as "sent_at: Int<Timestamp>",
              ended_at as "ended_at: Int<Timestamp>"
            from egress
            where seq < ?1 and (not ?2 or is_local = 0) and (?3 is null or execution = ?3)
            order by seq desc limit ?4"#,
            before,
            filter.outside,
            execution,
            rows,
        )
        .fetch_all(self.readers())
        .await?;
        Ok(cursor::page(found, limit, |row| row.seq, Egress::from))
    }

    /// All that went beyond this machine, by place, the most recent first.
    pub async fn list_egress_totals(&self) -> Result<Vec<EgressTotal>, StoreError> {
        let rows = sqlx::query!(
            r#"select origin as "origin!: Text<Origin>", count(*) as "requests!: u64", sum(bytes_out) as "bytes_out!: u64",
              sum(bytes_in) as "bytes_in!: u64", max(sent_at) as "last_at!: Int<Timestamp>"
            from egress where is_local = 0 group by origin order by 5 desc"#,
        )
        .fetch_all(self.readers())
        .await?;
        let totals = rows.into_iter().map(|row| EgressTotal {
            origin: row.origin.0,
            requests: row.requests,
            bytes_out: row.bytes_out,
            bytes_in: row.bytes_in,
            last_at: row.last_at.0,
        });
        Ok(totals.collect())
    }
}

//! The log of an execution: steps are kept in the transaction of whatever they lead to.

use crate::{
    Store, StoreError,
    column::{Int, Json, Key, Word},
};
use formaops_domain::{ExecutionId, ExecutionLog, JsonObject, LogEntry, LogLevel, Timestamp};
use serde_json::{Value, json};
use sqlx::SqliteConnection;

/// Steps as the statements that keep them read them.
pub(crate) fn rows(entries: &[LogEntry]) -> Vec<Value> {
    let row = |entry: &LogEntry| {
        let metadata = (!entry.metadata.is_empty()).then_some(&entry.metadata);
        json!([entry.attempt, entry.at.as_micros(), entry.level, entry.message, metadata])
    };
    entries.iter().map(row).collect()
}

/// Keeps steps behind those that are there. One statement, however many they are.
pub(crate) async fn append(
    connection: &mut SqliteConnection,
    execution: ExecutionId,
    entries: &[LogEntry],
) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let (execution, rows) = (Key(execution), Json(rows(entries)));
    sqlx::query!(
        "insert into execution_logs (execution, number, attempt, at, level, message, metadata)
        select ?1, (select coalesce(max(number) + 1, 0) from execution_logs where execution = ?1) + key,
          value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4
        from json_each(?2)",
        execution,
        rows,
    )
    .execute(connection)
    .await?;
    Ok(())
}

impl Store {
    /// The log of an execution. That it was queued is not kept apart: the execution says it.
    pub async fn get_execution_log(&self, execution: ExecutionId) -> Result<ExecutionLog, StoreError> {
        let created_at = self.get_execution(execution).await?.created_at;
        let mut entries = vec![LogEntry::new(created_at, None, LogLevel::Info, "Queued")];
        entries.extend(self.list_execution_log(execution).await?);
        Ok(ExecutionLog { execution_id: execution, entries })
    }

    /// The steps of an execution that are kept.
    pub async fn list_execution_log(&self, execution: ExecutionId) -> Result<Vec<LogEntry>, StoreError> {
        let key = Key(execution);
        let rows = sqlx::query!(
            r#"select attempt as "attempt: u32", at as "at: Int<Timestamp>", level as "level: Word<LogLevel>", message,
              metadata as "metadata: Json<JsonObject>"
            from execution_logs where execution = ?1 order by at, number"#,
            key,
        )
        .fetch_all(self.readers())
        .await?;
        let entry = rows.into_iter().map(|row| LogEntry {
            at: row.at.0,
            attempt: row.attempt,
            level: row.level.0,
            message: row.message,
            metadata: row.metadata.map(|metadata| metadata.0).unwrap_or_default(),
        });
        Ok(entry.collect())
    }
}

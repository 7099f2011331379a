//! Requests that were carried out, kept for a day, so that one that is sent twice is done once.
//!
//! A request is claimed in the transaction of its first change ([`crate::Act::claim`]), so nothing can be changed twice.
//! Its answer is known only when all is done, and is kept then; where it failed or the process ended in between, or where
//! the answer holds a secret, the claim alone stays, and says so.

use crate::{
    Store, StoreError,
    column::{Int, Json, Key},
};
use formaops_domain::{ActorId, Span, Timestamp};
use serde_json::Value;
use sqlx::SqliteConnection;

/// How long a request is remembered.
const KEPT: Span = Span::from_micros(24 * 60 * 60 * 1_000_000);

/// What a caller names a request by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Who asks: keys of different actors have nothing to do with each other.
    pub actor: ActorId,
    /// The operation that was asked for.
    pub operation: String,
    /// The caller's name for the request.
    pub key: String,
    /// BLAKE3 of the request in canonical JSON ([`formaops_domain::canonical_hash`]), without its secrets.
    pub request_hash: [u8; 32],
}

/// What is known of a request that was carried out before.
#[derive(Debug, Clone, PartialEq)]
pub enum Remembered {
    /// What it was answered.
    Answer(Value),
    /// It changed something, and its answer is not known (any more).
    Claim {
        /// The request, as the audit trail names it.
        request_id: Option<String>,
    },
}

impl IdempotencyKey {
    fn judge(&self, stored: [u8; 32]) -> Result<(), StoreError> {
        if stored == self.request_hash {
            return Ok(());
        }
        Err(StoreError::KeyReused { operation: self.operation.clone(), key: self.key.clone() })
    }
}

/// Claims a request, unless it is claimed already, and forgets those that are over.
pub(crate) async fn claim(
    connection: &mut SqliteConnection,
    key: &IdempotencyKey,
    request_id: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (actor, hash, expires_at) = (Key(key.actor), Key(key.request_hash), Int(now.after(KEPT)));
    let now = Int(now);
    sqlx::query!("delete from idempotency_keys where expires_at <= ?1", now)
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "insert into idempotency_keys (actor, operation, name, request_hash, request_id, expires_at)
        values (?1, ?2, ?3, ?4, ?5, ?6) on conflict (actor, operation, name) do nothing",
        actor,
        key.operation,
        key.key,
        hash,
        request_id,
        expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

impl Store {
    /// What is known of the same request, if it was carried out within the last 24 hours.
    ///
    /// # Errors
    /// [`StoreError::KeyReused`] where the key belongs to another request.
    pub async fn find_answer(
        &self,
        key: &IdempotencyKey,
        now: Timestamp,
    ) -> Result<Option<Remembered>, StoreError> {
        let (actor, now) = (Key(key.actor), Int(now));
        let row = sqlx::query!(
            r#"select request_hash as "request_hash: Key<[u8; 32]>", request_id, answer as "answer: Json<Value>"
            from idempotency_keys where actor = ?1 and operation = ?2 and name = ?3 and expires_at > ?4"#,
            actor,
            key.operation,
            key.key,
            now,
        )
        .fetch_optional(self.readers())
        .await?;
        let Some(row) = row else { return Ok(None) };
        key.judge(row.request_hash.0)?;
        Ok(Some(match row.answer {
            Some(answer) => Remembered::Answer(answer.0),
            None => Remembered::Claim { request_id: row.request_id },
        }))
    }

    /// Keeps the answer of a request. Where an equal request was answered in the meantime, that first answer stands
    /// and is given back.
    ///
    /// # Errors
    /// [`StoreError::KeyReused`] where the key was given to another request in the meantime.
    pub async fn insert_answer(
        &self,
        key: IdempotencyKey,
        answer: Value,
        now: Timestamp,
    ) -> Result<Value, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                claim(connection, &key, None, now).await?;
                let (actor, answer) = (Key(key.actor), Json(answer));
                let row = sqlx::query!(
                    r#"update idempotency_keys set answer = coalesce(answer, ?4)
                    where actor = ?1 and operation = ?2 and name = ?3
                    returning request_hash as "request_hash!: Key<[u8; 32]>", answer as "answer!: Json<Value>""#,
                    actor,
                    key.operation,
                    key.key,
                    answer,
                )
                .fetch_one(connection)
                .await?;
                key.judge(row.request_hash.0)?;
                Ok(row.answer.0)
            })
        })
        .await
    }
}

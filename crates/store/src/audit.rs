//! The audit trail: every change of what people ask about, written by the job that makes it.
//!
//! Nothing that writes has to think of it. Triggers on the connection that writes note the state of a record before
//! it is first touched ([`watch`]); when the job is done, its changes become events of the chain, in the same
//! transaction. Who did it is the [`Act`] of the store that was written through.

mod trail;
mod watch;

pub use trail::AuditFilter;
pub(crate) use watch::{Touched, watch};

use crate::{
    Store, StoreError,
    blob::{self, Blob},
    column::{Int, Key, Word},
    idempotency,
};
use formaops_domain::{ActorId, AuditEvent, AuditOrigin, ChainHash, StateHash, Timestamp};
use sqlx::SqliteConnection;
use std::sync::Arc;
use watch::Change;

/// In whose name, and in which call, a store writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Who; nobody where FormaOps does it by itself.
    pub actor: Option<ActorId>,
    /// From where.
    pub origin: AuditOrigin,
    /// The operation that was called.
    pub operation: Option<String>,
    /// The request in which it was called.
    pub request_id: Option<String>,
    /// When.
    pub at: Timestamp,
    /// What the caller names the request by: its first write claims it.
    pub claim: Option<crate::IdempotencyKey>,
}

impl Act {
    /// What FormaOps does by itself.
    #[must_use]
    pub fn own(at: Timestamp) -> Self {
        let origin = AuditOrigin::Engine;
        Self { actor: None, origin, operation: None, request_id: None, at, claim: None }
    }
}

impl Store {
    /// The same store, which writes in the name of whoever acts.
    #[must_use]
    pub fn acting(&self, act: Act) -> Self {
        Self { inner: Arc::clone(&self.inner), act: Arc::new(act) }
    }

    /// Keeps that something was done which leaves no state of its own in the store, such as unlocking the vault.
    pub async fn insert_act(&self, action: &str, record: &str) -> Result<(), StoreError> {
        let (act, action, record) = (Arc::clone(&self.act), action.to_owned(), record.to_owned());
        self.write(move |connection| {
            Box::pin(async move { append(connection, &act, act.at, action, record, None, None).await })
        })
        .await
    }
}

/// Ends a job that went well: its changes become events, and the request that made them is claimed.
pub(crate) async fn settle(
    connection: &mut SqliteConnection,
    act: &Act,
    touched: &Touched,
) -> Result<(), StoreError> {
    if let Some(key) = &act.claim {
        idempotency::claim(connection, key, act.request_id.as_deref(), act.at).await?;
    }
    if !touched.take() {
        return Ok(());
    }
    for change in watch::changes(connection).await? {
        if change.before == change.after {
            continue;
        }
        let (action, record) = (change.action(), change.record()?);
        let Change { at, before, after, .. } = change;
        append(connection, act, at.unwrap_or(act.at), action, record, before, after).await?;
    }
    Ok(())
}

async fn append(
    connection: &mut SqliteConnection,
    act: &Act,
    at: Timestamp,
    action: String,
    record: String,
    before: Option<String>,
    after: Option<String>,
) -> Result<(), StoreError> {
    let last = sqlx::query!(
        r#"select seq as "seq: u64", hash as "hash: Key<ChainHash>" from audit_events order by seq desc limit 1"#
    )
    .fetch_optional(&mut *connection)
    .await?;
    let mut hashes = [None, None];
    for (state, hash) in [before, after].into_iter().zip(&mut hashes) {
        if let Some(state) = state {
            let blob = Blob::new(state.as_bytes())?;
            *hash = Some(StateHash::from_array(blob.hash));
            blob::insert(connection, [blob]).await?;
        }
    }
    let [before, after] = hashes;
    let mut event = AuditEvent {
        seq: last.as_ref().map_or(1, |last| last.seq + 1),
        at,
        actor: act.actor,
        origin: act.origin,
        operation: act.operation.clone(),
        request_id: act.request_id.clone(),
        action,
        record,
        before,
        after,
        previous: last.map_or(trail::GENESIS, |last| last.hash.0),
        hash: trail::GENESIS,
    };
    event.hash = event.chained();
    insert(connection, &event).await
}

async fn insert(connection: &mut SqliteConnection, event: &AuditEvent) -> Result<(), StoreError> {
    let (seq, at, actor, origin) = (Int(event.seq), Int(event.at), event.actor.map(Key), Word(event.origin));
    let (before, after) = (event.before.map(Key), event.after.map(Key));
    let (previous, hash) = (Key(event.previous), Key(event.hash));
    sqlx::query!(
        "insert into audit_events (seq, at, actor, origin, operation, request_id, action, record, before, after,
          previous, hash)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        seq,
        at,
        actor,
        origin,
        event.operation,
        event.request_id,
        event.action,
        event.record,
        before,
        after,
        previous,
        hash,
    )
    .execute(connection)
    .await?;
    Ok(())
}

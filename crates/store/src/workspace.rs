//! The one row about the workspace itself, and who acts in it.

use crate::{
    NewWorkspace, Store, StoreError,
    column::{Int, Key, Word},
};
use formaops_domain::{ActorId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};
use sqlx::{Connection, SqliteConnection};

/// The workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Its identity.
    pub id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// The IANA time zone whose days budgets follow.
    pub time_zone: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Whoever does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Their identity.
    pub id: ActorId,
    /// What they are.
    pub kind: ActorKind,
    /// Their name.
    pub name: String,
    /// When they were first known.
    pub created_at: Timestamp,
}

/// What an actor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A human being.
    Person,
    /// A program that holds an API key.
    ApiKey,
    /// An agent of the workspace.
    Agent,
    /// FormaOps itself.
    System,
}

/// Gives a new workspace its row and its one person; one that has them keeps them.
pub(crate) async fn seed(
    connection: &mut SqliteConnection,
    new: &NewWorkspace,
    min_reader: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    if sqlx::query!("select id from workspaces").fetch_optional(&mut *connection).await?.is_some() {
        return Ok(());
    }
    let mut transaction = connection.begin().await?;
    let (id, person, now) = (Key(new.id), Key(new.person), Int(now));
    sqlx::query!(
        "insert into workspaces (id, name, min_reader, time_zone, created_at) values (?1, ?2, ?3, ?4, ?5)",
        id,
        new.name,
        min_reader,
        new.time_zone,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "insert into actors (id, kind, name, created_at) values (?1, 'person', ?2, ?3)",
        person,
        new.person_name,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(())
}

impl Store {
    /// The workspace.
    pub async fn get_workspace(&self) -> Result<Workspace, StoreError> {
        let row = sqlx::query!(
            r#"select id as "id: Key<WorkspaceId>", name, time_zone, created_at as "created_at: Int<Timestamp>"
            from workspaces"#
        )
        .fetch_one(self.readers())
        .await?;
        let (id, created_at) = (row.id.0, row.created_at.0);
        Ok(Workspace { id, name: row.name, time_zone: row.time_zone, created_at })
    }

    /// The person whose workspace it is.
    pub async fn get_local_actor(&self) -> Result<Actor, StoreError> {
        let row = sqlx::query!(
            r#"select id as "id: Key<ActorId>", kind as "kind: Word<ActorKind>", name,
              created_at as "created_at: Int<Timestamp>"
            from actors where kind = 'person' order by created_at, id limit 1"#
        )
        .fetch_one(self.readers())
        .await?;
        Ok(Actor { id: row.id.0, kind: row.kind.0, name: row.name, created_at: row.created_at.0 })
    }

    /// Everybody who can act: people, and programs with an API key, oldest first.
    pub async fn list_actors(&self) -> Result<Vec<Actor>, StoreError> {
        let rows = sqlx::query!(
            r#"select id as "id: Key<ActorId>", kind as "kind: Word<ActorKind>", name,
              created_at as "created_at: Int<Timestamp>"
            from actors order by created_at, id"#
        )
        .fetch_all(self.readers())
        .await?;
        let rows = rows.into_iter();
        Ok(rows
            .map(|row| Actor { id: row.id.0, kind: row.kind.0, name: row.name, created_at: row.created_at.0 })
            .collect())
    }

    /// Makes an actor known.
    pub async fn insert_actor(&self, actor: Actor) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (id, kind, created_at) = (Key(actor.id), Word(actor.kind), Int(actor.created_at));
                sqlx::query!(
                    "insert into actors (id, kind, name, created_at) values (?1, ?2, ?3, ?4)",
                    id,
                    kind,
                    actor.name,
                    created_at,
                )
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }
}

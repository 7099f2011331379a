//! Notes which records a job touches, and in which state they were before.
//!
//! Views and triggers live on the one connection that writes, not in the file: so a migration may rebuild a table
//! without losing them, and what is watched is said in one place, here.

use crate::{StoreError, column::Int};
use formaops_domain::{
    ApiKeyId, BudgetId, DatasetId, ExecutionId, PromptId, ProviderId, ProviderKeyId, RunId, SuiteId,
    Timestamp, VersionId,
};
use sqlx::{AssertSqlSafe, Row, SqliteConnection};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// A kind of record: its state as one JSON text, by which key.
///
/// A state holds what people decide, not when a row was written: a write that decides nothing is no event. It holds
/// no values of inputs, no key, and of content only the hash.
struct Kind {
    noun: &'static str,
    /// `select` of `record`, `part` and `state`; what has no parts has `''` there.
    state: &'static str,
}

const KINDS: &[Kind] = &[
    Kind {
        noun: "prompt",
        state: "select p.id as record, '' as part, json_object('name', p.name, 'title', p.title,
              'description', p.description, 'status', p.status, 'publishedAt', p.published_at,
              'deletedAt', p.deleted_at,
              'tags', json((select json_group_array(t.tag order by t.tag) from prompt_tags t where t.prompt = p.id)),
              'refs', json((select json_group_object(r.kind || '/' || r.name, 'ver_' || lower(hex(r.version)))
                from refs r where r.prompt = p.id))) as state
            from prompts p where p.purged_at is null",
    },
    Kind {
        noun: "version",
        state: "select prompt as record, id as part, json_object('number', number,
              'content', 'cnt_' || lower(hex(content_hash)), 'parents', json(parents), 'note', note,
              'tags', json((select json_group_array(t.tag order by t.tag) from version_tags t
                where t.prompt = prompt_versions.prompt and t.version = id))) as state
            from prompt_versions",
    },
    Kind {
        noun: "input_set",
        state: "select s.prompt as record, s.name as part, json_object('name', s.name,
              'inputs', json((select json_group_array(i.key order by i.key) from json_each(s.inputs) i))) as state
            from input_sets s",
    },
    Kind {
        noun: "dataset",
        state: "select id as record, '' as part, json_object('name', name, 'description', description,
              'deletedAt', deleted_at) as state
            from datasets",
    },
    Kind {
        noun: "dataset_version",
        state: "select dataset as record, number as part, json_object('number', number,
              'content', 'cnt_' || lower(hex(content_hash)), 'cases', cases, 'note', note,
              'columns', json((select json_group_array(json_extract(c.value, '$.name')) from json_each(columns) c)))
              as state
            from dataset_versions",
    },
    Kind {
        noun: "provider",
        state: "select p.id as record, '' as part, json_object('name', p.name, 'kind', p.kind, 'baseUrl', p.base_url,
              'key', (select k.name from provider_keys k where k.id = p.key), 'maxConcurrent', p.max_concurrent,
              'requestsPerMinute', p.requests_per_minute, 'tokensPerMinute', p.tokens_per_minute) as state
            from providers p",
    },
    Kind {
        noun: "provider_key",
        state: "select provider as record, id as part, json_object('name', name, 'reference', json(reference),
              'origin', origin) as state
            from provider_keys",
    },
    Kind {
        noun: "model",
        state: "select provider as record, model as part, json_object('sameAs', same_as,
              'contextWindow', context_window, 'maxOutputTokens', max_output_tokens, 'price', json(price),
              'capabilities', json(capabilities), 'retiresOn', retires_on) as state
            from models",
    },
    Kind {
        noun: "setting",
        state: "select name as record, '' as part, json_object('value', json(value)) as state from settings",
    },
    Kind {
        noun: "api_key",
        state: "select id as record, '' as part, json_object('name', name, 'scopes', json(scopes),
              'expiresAt', expires_at, 'revokedAt', revoked_at) as state
            from api_keys",
    },
    Kind {
        noun: "run",
        state: "select id as record, '' as part, json_object('kind', kind, 'status', status, 'priority', priority,
              'prompt', prompt_name, 'repeats', repeats, 'capNanos', cap_nanos) as state
            from runs",
    },
    Kind {
        noun: "budget",
        state: "select id as record, '' as part, json_object('scope', scope, 'period', period, 'capNanos', cap_nanos,
              'kind', kind, 'deletedAt', deleted_at) as state
            from budgets",
    },
    Kind {
        noun: "suite",
        state: "select id as record, '' as part, json_object('name', name, 'description', description,
              'spec', json(json_remove(spec, '$.cases')), 'cases', json_array_length(spec, '$.cases'),
              'baseline', lower(hex(baseline)), 'deletedAt', deleted_at) as state
            from suites",
    },
    Kind {
        noun: "folder",
        state: "select path as record, '' as part, json_object('path', path, 'trustedAt', trusted_at) as state
            from linked_folders",
    },
    Kind {
        noun: "rating",
        state: "select execution as record, '' as part, json_group_object(lower(hex(rated_by)),
              json_object('verdict', verdict, 'score', score, 'note', note)) as state
            from ratings group by execution",
    },
    Kind {
        noun: "preference",
        state: "select one as record, other as part, json_group_object(lower(hex(decided_by)), choice) as state
            from preferences group by one, other",
    },
    Kind {
        noun: "execution",
        state: "select id as record, '' as part, json_object('model', model, 'generation', generation) as state
            from executions",
    },
];

/// A table whose rows are of a record.
struct Table {
    noun: &'static str,
    name: &'static str,
    record: &'static str,
    part: Option<&'static str>,
    /// Each with the condition under which it counts, and the time that the row itself says.
    events: &'static [(&'static str, &'static str, &'static str)],
}

const ALL: &[(&str, &str, &str)] =
    &[("insert", "true", "null"), ("update", "true", "null"), ("delete", "true", "null")];

/// How the window looks is kept as a setting too, and nobody's question.
const DECIDED: &[(&str, &str, &str)] = &[
    ("insert", "new.name not like 'ui.%'", "null"),
    ("update", "new.name not like 'ui.%'", "null"),
    ("delete", "old.name not like 'ui.%'", "null"),
];

const TABLES: &[Table] = &[
    Table { noun: "prompt", name: "prompts", record: "id", part: None, events: ALL },
    Table { noun: "prompt", name: "prompt_tags", record: "prompt", part: None, events: ALL },
    Table { noun: "prompt", name: "refs", record: "prompt", part: None, events: ALL },
    Table {
        noun: "version",
        name: "prompt_versions",
        record: "prompt",
        part: Some("id"),
        // What only ran without being saved is told by its run.
        events: &[("insert", "new.number is not null", "null"), ("update", "true", "null")],
    },
    Table {
        noun: "version",
        name: "version_tags",
        record: "prompt",
        part: Some("version"),
        events: &[
            ("insert", "true", "null"),
            // What goes with its prompt is told by the prompt.
            ("delete", "exists (select 1 from refs r where r.prompt = old.prompt)", "null"),
        ],
    },
    Table { noun: "input_set", name: "input_sets", record: "prompt", part: Some("name"), events: ALL },
    Table { noun: "dataset", name: "datasets", record: "id", part: None, events: ALL },
    Table {
        noun: "dataset_version",
        name: "dataset_versions",
        record: "dataset",
        part: Some("number"),
        events: &[("insert", "true", "null")],
    },
    Table { noun: "provider", name: "providers", record: "id", part: None, events: ALL },
    Table { noun: "provider_key", name: "provider_keys", record: "provider", part: Some("id"), events: ALL },
    Table { noun: "model", name: "models", record: "provider", part: Some("model"), events: ALL },
    Table { noun: "setting", name: "settings", record: "name", part: None, events: DECIDED },
    Table { noun: "api_key", name: "api_keys", record: "id", part: None, events: ALL },
    Table {
        noun: "run",
        name: "runs",
        record: "id",
        part: None,
        events: &[
            ("insert", "true", "new.created_at"),
            (
                "update",
                "new.status = 'cancelled' and old.status <> 'cancelled' or new.cap_nanos is not old.cap_nanos",
                "new.completed_at",
            ),
        ],
    },
    Table { noun: "rating", name: "ratings", record: "execution", part: None, events: ALL },
    Table { noun: "preference", name: "preferences", record: "one", part: Some("other"), events: ALL },
    Table { noun: "suite", name: "suites", record: "id", part: None, events: ALL },
    Table { noun: "budget", name: "budgets", record: "id", part: None, events: ALL },
    Table { noun: "folder", name: "linked_folders", record: "path", part: None, events: ALL },
    Table {
        noun: "execution",
        name: "executions",
        record: "id",
        part: None,
        // The first generation is told by its run.
        events: &[("insert", "new.generation > 0", "new.created_at")],
    },
];

/// Whether a job has touched anything that is watched.
#[derive(Debug, Clone, Default)]
pub(crate) struct Touched(Arc<AtomicBool>);

impl Touched {
    pub(super) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// Watches what is written through this connection from now on.
pub(crate) async fn watch(connection: &mut SqliteConnection) -> Result<Touched, StoreError> {
    let touched = Touched::default();
    if !has_trail(connection).await? {
        return Ok(touched);
    }
    sqlx::raw_sql(AssertSqlSafe(statements())).execute(&mut *connection).await?;
    let flag = touched.clone();
    // Asking the list after each job would cost every write of a run; being told of a row in it costs nothing.
    connection.lock_handle().await?.set_update_hook(move |change| {
        if change.table == "audit_touched" {
            flag.0.store(true, Ordering::Relaxed);
        }
    });
    Ok(touched)
}

/// A file of an older format has none, where only tests open it as it is.
async fn has_trail(connection: &mut SqliteConnection) -> Result<bool, StoreError> {
    let sql = "select exists (select 1 from sqlite_schema where name = 'audit_events')";
    Ok(sqlx::query_scalar(sql).fetch_one(connection).await?)
}

fn statements() -> String {
    let mut sql = String::from(
        "pragma temp_store = memory;
        create temp table audit_touched (noun text not null, record any not null, part any not null, at integer,
          before text, unique (noun, record, part)) strict;",
    );
    for Kind { noun, state } in KINDS {
        sql += &format!("create temp view audit_{noun} as {state};");
    }
    for table in TABLES {
        for (event, when, at) in table.events {
            let rows: &[&str] = match *event {
                "insert" => &["new"],
                "delete" => &["old"],
                // A row that gets another key leaves one record and makes another.
                _ => &["old", "new"],
            };
            let name = table.name;
            sql += &format!(
                "create temp trigger audit_{name}_{event} before {event} on {name} when {when} begin "
            );
            for row in rows {
                let record = format!("{row}.{}", table.record);
                let part = table.part.map_or("''".to_owned(), |part| format!("{row}.{part}"));
                let noun = table.noun;
                // Not `insert or ignore`: a conflict clause of the statement that is watched would take its place.
                sql += &format!(
                    "insert into audit_touched (noun, record, part, at, before)
                    select '{noun}', {record}, {part}, {at},
                      (select s.state from audit_{noun} s where s.record = {record} and s.part = {part})
                    where not exists (select 1 from audit_touched t
                      where t.noun = '{noun}' and t.record = {record} and t.part = {part});"
                );
            }
            sql += "end;";
        }
    }
    sql +=
        "create temp view audit_changes as select t.rowid as place, t.noun, t.record, t.part, t.at, t.before,
      case t.noun ";
    for Kind { noun, .. } in KINDS {
        sql += &format!(
            "when '{noun}' then (select s.state from audit_{noun} s where s.record = t.record and s.part = t.part) "
        );
    }
    sql + "end as after from audit_touched t;"
}

/// A record that a job touched.
pub(super) struct Change {
    noun: String,
    record: Vec<u8>,
    part: Vec<u8>,
    pub(super) at: Option<Timestamp>,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// What was touched, in that order, and forgets it.
pub(super) async fn changes(connection: &mut SqliteConnection) -> Result<Vec<Change>, StoreError> {
    let rows = sqlx::query(
        "select noun, cast(record as blob), cast(part as blob), at, before, after from audit_changes order by place",
    )
    .fetch_all(&mut *connection)
    .await?;
    sqlx::raw_sql("delete from audit_touched").execute(connection).await?;
    let change = |row: sqlx::sqlite::SqliteRow| {
        Ok(Change {
            noun: row.try_get(0)?,
            record: row.try_get(1)?,
            part: row.try_get(2)?,
            at: row.try_get::<Option<Int<Timestamp>>, _>(3)?.map(|at| at.0),
            before: row.try_get(4)?,
            after: row.try_get(5)?,
        })
    };
    rows.into_iter().map(change).collect()
}

impl Change {
    /// Such as `prompt.update`.
    pub(super) fn action(&self) -> String {
        let verb = match (&self.before, &self.after) {
            (None, _) => "create",
            (_, None) => "delete",
            (Some(_), Some(_)) => "update",
        };
        format!("{}.{verb}", self.noun)
    }

    /// The id of the record as everything else shows it, and what belongs to it behind a `/`.
    pub(super) fn record(&self) -> Result<String, StoreError> {
        let text = |bytes: &[u8]| Some(String::from_utf8_lossy(bytes).into_owned());
        fn id<T: ToString>(id: Option<T>) -> Option<String> {
            id.map(|id| id.to_string())
        }
        let (record, part) = (&self.record[..], &self.part[..]);
        let (record, part) = match self.noun.as_str() {
            "version" => (id(PromptId::from_bytes(record)), id(VersionId::from_bytes(part))),
            "dataset" => (id(DatasetId::from_bytes(record)), None),
            "dataset_version" => {
                (id(DatasetId::from_bytes(record)), text(part).map(|number| format!("v{number}")))
            }
            "input_set" => (id(PromptId::from_bytes(record)), text(part)),
            "provider_key" => (id(ProviderId::from_bytes(record)), id(ProviderKeyId::from_bytes(part))),
            "model" => (id(ProviderId::from_bytes(record)), text(part)),
            "prompt" => (id(PromptId::from_bytes(record)), None),
            "provider" => (id(ProviderId::from_bytes(record)), None),
            "api_key" => (id(ApiKeyId::from_bytes(record)), None),
            "budget" => (id(BudgetId::from_bytes(record)), None),
            "suite" => (id(SuiteId::from_bytes(record)), None),
            "run" => (id(RunId::from_bytes(record)), None),
            "execution" | "rating" => (id(ExecutionId::from_bytes(record)), None),
            "preference" => (id(ExecutionId::from_bytes(record)), id(ExecutionId::from_bytes(part))),
            _ => (text(record), None),
        };
        let record = record.ok_or_else(|| StoreError::not_found("record of", &self.noun))?;
        Ok(part.map_or(record.clone(), |part| format!("{record}/{part}")))
    }
}

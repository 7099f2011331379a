//! A run of a suite with very many cases, made of one with a few.

use anyhow::{Context as _, ensure};
use formaops_domain::RunId;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _, SqliteConnection,
    sqlite::SqliteConnectOptions,
};
use std::path::Path;

/// How many blobs are inserted in one statement.
const AT_ONCE: usize = 500;

/// Gives a run of a suite that has ended so many cases, straight in the file of its workspace: as if it had run them all,
/// in the time that it takes to write them. Its first case is what the others are like: their inputs are numbered, of
/// about ten in a hundred some answer does not hold (which, hangs on `salt`), times and costs differ, and so do some
/// answers of a row.
///
/// # Errors
/// Where the run is not there, has not ended, or has another number of cases than one.
pub async fn multiply_run(database: &Path, run: RunId, cases: u32, salt: u32) -> anyhow::Result<()> {
    let options = SqliteConnectOptions::new().filename(database).foreign_keys(true);
    let mut connection = options.connect().await.context("the file of the workspace cannot be opened")?;
    // Whoever has the workspace open may just be writing: then this waits for its turn.
    let mut work = connection.begin_with("begin immediate").await?;
    let known: i64 = sqlx::query_scalar("select count(*) from run_cases where run = ?1")
        .bind(run.as_bytes().as_slice())
        .fetch_one(&mut *work)
        .await?;
    ensure!(known == 1, "the run has {known} cases, not one");
    insert_cases(&mut work, run, cases).await?;
    insert_executions(&mut work, run, cases, salt).await?;
    let ended = sqlx::query(
        "update runs set completed = (select count(*) from executions e where e.run = runs.id),
          cost_nanos = (select sum(e.cost_nanos) from executions e where e.run = runs.id)
        where id = ?1 and status = 'completed'",
    )
    .bind(run.as_bytes().as_slice())
    .execute(&mut *work)
    .await?;
    ensure!(ended.rows_affected() == 1, "the run has not ended");
    work.commit().await?;
    sqlx::query("pragma wal_checkpoint(truncate)").execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

async fn insert_cases(connection: &mut SqliteConnection, run: RunId, cases: u32) -> anyhow::Result<()> {
    let numbers: Vec<u32> = (1..cases).collect();
    for numbers in numbers.chunks(AT_ONCE) {
        let (mut blobs, mut rows) = (Vec::new(), Vec::new());
        for number in numbers {
            let inputs = serde_json::to_vec(&serde_json::json!({ "text": format!("Case number {number}") }))?;
            let hash = *blake3::hash(&inputs).as_bytes();
            blobs.push((hash, inputs.len(), zstd::bulk::compress(&inputs, 1)?));
            rows.push((*number, hash));
        }
        let mut insert = sqlx::QueryBuilder::new("insert or ignore into blobs (hash, size, data) ");
        insert.push_values(&blobs, |mut row, (hash, size, data)| {
            row.push_bind(hash.as_slice())
                .push_bind(i64::try_from(*size).unwrap_or(i64::MAX))
                .push_bind(data.as_slice());
        });
        insert.build().execute(&mut *connection).await?;
        let mut insert = sqlx::QueryBuilder::new("insert into run_cases (run, position, inputs) ");
        insert.push_values(&rows, |mut row, (number, hash)| {
            row.push_bind(run.as_bytes().as_slice()).push_bind(*number).push_bind(hash.as_slice());
        });
        insert.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// What differs from the execution that is copied. `n` is the number of the case, `e` the execution.
const DIFFERING: [(&str, &str); 6] = [
    ("id", "unhex(printf('%016x%08x%08x', ?2 + e.seq, n.value, ?3))"),
    ("case_index", "n.value"),
    (
        "validation_status",
        "case when abs((n.value * 2654435761 + e.variant_index * 97 + e.repeat * 31 + ?3 * 7919) % 1000) < 35
          then 'failed' else 'passed' end",
    ),
    ("latency_micros", "200000 + abs((n.value * 40503 + e.variant_index * 7 + ?3) % 1800000)"),
    ("cost_nanos", "1000 + abs((n.value * 69069 + e.variant_index) % 90000)"),
    // Another text that is there already: the inputs of the case.
    (
        "output",
        "case when (n.value + e.variant_index) % 17 = 0
          then (select c.inputs from run_cases c where c.run = e.run and c.position = n.value) else e.output end",
    ),
];

async fn insert_executions(
    connection: &mut SqliteConnection,
    run: RunId,
    cases: u32,
    salt: u32,
) -> anyhow::Result<()> {
    let columns = sqlx::query("select name from pragma_table_info('executions') where name <> 'seq'")
        .fetch_all(&mut *connection)
        .await?;
    let columns: Vec<String> = columns.iter().map(|row| row.get(0)).collect();
    let values = columns.iter().map(|column| {
        let differing = DIFFERING.iter().find(|(name, _)| name == column);
        differing.map_or_else(|| format!("e.{column}"), |(_, value)| (*value).to_owned())
    });
    let sql = format!(
        "with recursive n (value) as (select 1 union all select value + 1 from n where value + 1 < ?4)
        insert into executions ({}) select {} from n cross join executions e
        where e.run = ?1 and e.case_index = 0 order by n.value, e.seq",
        columns.join(", "),
        values.collect::<Vec<_>>().join(", "),
    );
    let run = run.as_bytes().as_slice();
    sqlx::query(AssertSqlSafe(sql))
        .bind(run)
        .bind(0x0190_0000_0000_0000_i64)
        .bind(salt)
        .bind(cases)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "insert into validation_results (execution, position, name, verdict, score, message, weight)
        select e.id, 0, 'contains', case e.validation_status when 'failed' then 'fail' else 'pass' end,
          e.validation_status <> 'failed', 'It was looked for', 1
        from executions e where e.run = ?1 and e.case_index > 0",
    )
    .bind(run)
    .execute(connection)
    .await?;
    Ok(())
}

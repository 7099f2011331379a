//! How many writes a second the store commits, by how many write at once.

use crate::{
    report::Report,
    sample::median,
    workbench::{Shelf, SystemClock},
};
use anyhow::Context as _;
use formaops_domain::{
    Attempt, AttemptId, AttemptStatus, CostBasis, Day, ExecutionId, FinishReason, LogEntry, LogLevel,
    Metrics, ModelRef, Span, Usage, ValidationStatus,
    ports::{Clock as _, Outcome, RecordingPart},
};
use formaops_store::Store;
use sqlx::{
    ConnectOptions as _, Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{
    fs::File,
    io::{Seek as _, Write as _},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::Mutex, task::JoinSet};
use uuid::Uuid;

const WRITERS: [u32; 3] = [1, 32, 128];
/// How long each side writes in each round.
const TIME: Duration = Duration::from_secs(1);
/// How often each is measured, by turns.
const ROUNDS: usize = 7;
/// The answer of an execution: about 200 tokens.
const ANSWER: &str = "A few words of an answer that say nothing new. ";

/// One row in one round, all in the same few seconds, because disks have moods.
struct Round {
    /// Done a second by the store.
    done: f64,
    /// Transactions of the store a second.
    commits: f64,
    /// Done a second by the peer.
    naive: f64,
    /// How often a second the disk keeps a page for good.
    syncs: f64,
}

pub(crate) async fn measure() -> anyhow::Result<()> {
    let columns =
        ["at once", "what", "FormaOps", "its commits", "peer", "ratio (rounds)", "syncs of the disk"];
    let mut report = Report::new("group-commit: a second, synchronous = full", &columns);
    for writers in WRITERS {
        for (what, cycles) in [("simple writes", false), ("executions (3 writes)", true)] {
            let mut rounds = Vec::new();
            for _ in 0..ROUNDS {
                let (done, commits) = store(writers, cycles).await?;
                let naive = naive(writers, cycles).await?;
                let syncs = syncs().context("the disk cannot be measured")?;
                rounds.push(Round { done, commits, naive, syncs });
            }
            let over = |what: fn(&Round) -> f64| median(rounds.iter().map(what));
            let ratios: Vec<_> = rounds.iter().map(|round| round.done / round.naive).collect();
            let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
            let most = ratios.iter().copied().fold(0.0, f64::max);
            report.row([
                writers.to_string(),
                what.to_owned(),
                format!("{:.0}", over(|round| round.done)),
                format!("{:.0}", over(|round| round.commits)),
                format!("{:.0}", over(|round| round.naive)),
                format!("{:.1} ({least:.1} to {most:.1})", median(ratios)),
                format!("{:.0}", over(|round| round.syncs)),
            ]);
        }
    }
    report.note("The peer: one transaction for each write, in turn on one connection.");
    report.print();
    Ok(())
}

/// How often a second the disk keeps a page for good, in a file that has its size already, as a
/// write-ahead log has it most of the time.
fn syncs() -> std::io::Result<f64> {
    const PAGES: usize = 200;
    let folder = tempfile::tempdir()?;
    let mut file = File::create(folder.path().join("sync"))?;
    file.write_all(&vec![0; PAGES * 4096])?;
    file.sync_all()?;
    file.rewind()?;
    let start = Instant::now();
    for _ in 0..PAGES {
        file.write_all(&[1; 4096])?;
        file.sync_data()?;
    }
    Ok(PAGES as f64 / start.elapsed().as_secs_f64())
}

/// Lets this many write one after the other until the time is up; answers what they got done a second.
async fn write_at_once<F>(writers: u32, write: impl Fn(u32) -> F) -> anyhow::Result<f64>
where
    F: Future<Output = anyhow::Result<u64>> + Send + 'static,
{
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for number in 0..writers {
        tasks.spawn(write(number));
    }
    let done = tasks.join_all().await.into_iter().sum::<anyhow::Result<u64>>()?;
    Ok(done as f64 / start.elapsed().as_secs_f64())
}

/// What the store gets done a second, and in how many transactions.
async fn store(writers: u32, cycles: bool) -> anyhow::Result<(f64, f64)> {
    let shelf = Arc::new(Shelf::open().await?);
    let (before, start) = (shelf.store.write_stats(), Instant::now());
    let done = write_at_once(writers, |number| {
        let shelf = Arc::clone(&shelf);
        async move {
            let (start, mut done) = (Instant::now(), 0);
            while start.elapsed() < TIME {
                if cycles {
                    execution(&shelf).await?;
                } else {
                    let now = SystemClock::default().now();
                    shelf.store.update_setting(&format!("ui.writer-{number}"), done.into(), now).await?;
                }
                done += 1;
            }
            Ok(done)
        }
    })
    .await?;
    let commits = shelf.store.write_stats().commits - before.commits;
    let commits = commits as f64 / start.elapsed().as_secs_f64();
    shelf.store.close().await;
    Ok((done, commits))
}

/// An execution from its insertion to its end.
async fn execution(shelf: &Shelf) -> anyhow::Result<()> {
    let model: ModelRef = "local:bench".parse()?;
    let new = shelf.new_run(&model, 1)?;
    let execution = new.cells[0].id;
    shelf.store.insert_run(new).await?;
    // No two answers are the same, or the store would keep them once.
    let output = format!("{}{execution}", ANSWER.repeat(20));
    answer(&shelf.store, execution, model, output).await
}

/// A pending execution to its end, with this answer.
pub(crate) async fn answer(
    store: &Store,
    execution: ExecutionId,
    model: ModelRef,
    output: String,
) -> anyhow::Result<()> {
    let (id, now) = (AttemptId::from_uuid(Uuid::now_v7()), SystemClock::default().now());
    let attempt = Attempt {
        id,
        execution_id: execution,
        number: 1,
        status: AttemptStatus::Running,
        model,
        request_hash: None,
        request_id: None,
        http_status: None,
        failure: None,
        metrics: Metrics::default(),
        price: None,
        reserved_usd: None,
        day: Day::default(),
        started_at: now,
        completed_at: None,
    };
    let step = LogEntry::new(now, Some(1), LogLevel::Info, "Left the queue");
    store.start_attempt(attempt, vec![step]).await?;
    let frames = vec![(Span::from_micros(1_000), output.clone().into_bytes().into())];
    let outcome = Outcome {
        attempt: id,
        execution,
        answered_by: None,
        status: AttemptStatus::Succeeded,
        failure: None,
        request_hash: None,
        request_id: Some("req-1".to_owned()),
        http_status: Some(200),
        metrics: Metrics {
            latency_ms: Some(Span::from_micros(5_000)),
            first_token_ms: Some(Span::from_micros(1_000)),
            tokens_per_second: Some(50.0),
            token_usage: Some(Usage { input_tokens: 10, output_tokens: 200, ..Usage::default() }),
            cost_usd: None,
            basis: CostBasis::Reported,
            replayed: None,
        },
        price: None,
        finish: Some(FinishReason::Stop.into()),
        tool_calls: Vec::new(),
        inputs: Arc::default(),
        last_part: RecordingPart { attempt: id, frames, text: output.clone(), log: Vec::new() },
        output,
        reasoning: String::new(),
        validated_output: None,
        validation_status: ValidationStatus::Skipped,
        score: None,
        validations: Vec::new(),
        completed_at: SystemClock::default().now(),
    };
    store.finish_attempt(&outcome).await?;
    Ok(())
}

/// The peer: each write in a transaction of its own, in turn on one connection, into tables without indexes,
/// checks, recordings or compression.
async fn naive(writers: u32, cycles: bool) -> anyhow::Result<f64> {
    let folder = tempfile::tempdir()?;
    let connection = naive_database(&folder.path().join("naive.db")).await?;
    let connection = Arc::new(Mutex::new(connection));
    let done = write_at_once(writers, |number| {
        let connection = Arc::clone(&connection);
        async move {
            let (start, mut done) = (Instant::now(), 0);
            while start.elapsed() < TIME {
                if cycles {
                    naive_execution(&connection).await?;
                } else {
                    let sql =
                        "insert into settings values (?1, ?2) on conflict (name) do update set value = ?2";
                    let query = sqlx::query(sql).bind(format!("ui.writer-{number}")).bind(done.to_string());
                    commit(&connection, [query]).await?;
                }
                done += 1;
            }
            Ok(done)
        }
    })
    .await?;
    if let Some(connection) = Arc::into_inner(connection) {
        connection.into_inner().close().await?;
    }
    Ok(done)
}

async fn naive_database(path: &Path) -> anyhow::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging();
    let mut connection = options.connect().await?;
    let tables = "create table settings (name text primary key, value text);
        create table executions (id blob primary key, status text, output text);
        create table attempts (id blob primary key, execution blob, status text)";
    sqlx::raw_sql(tables).execute(&mut connection).await?;
    Ok(connection)
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

/// Queries in one transaction.
async fn commit<'q>(
    connection: &Mutex<SqliteConnection>,
    queries: impl IntoIterator<Item = Query<'q>>,
) -> anyhow::Result<()> {
    let mut connection = connection.lock().await;
    let mut transaction = connection.begin_with("begin immediate").await?;
    for query in queries {
        query.execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn naive_execution(connection: &Mutex<SqliteConnection>) -> anyhow::Result<()> {
    let (execution, attempt) = (Uuid::now_v7(), Uuid::now_v7());
    let (execution, attempt) = (execution.as_bytes().to_vec(), attempt.as_bytes().to_vec());
    let insert = sqlx::query("insert into executions values (?1, 'pending', null)").bind(execution.clone());
    commit(connection, [insert]).await?;
    let start = [
        sqlx::query("update executions set status = 'running' where id = ?1").bind(execution.clone()),
        sqlx::query("insert into attempts values (?1, ?2, 'running')")
            .bind(attempt.clone())
            .bind(execution.clone()),
    ];
    commit(connection, start).await?;
    let finish = [
        sqlx::query("update attempts set status = 'succeeded' where id = ?1").bind(attempt),
        sqlx::query("update executions set status = 'completed', output = ?2 where id = ?1")
            .bind(execution)
            .bind(ANSWER.repeat(20)),
    ];
    commit(connection, finish).await
}

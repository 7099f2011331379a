//! Group commit: one task owns the one connection that writes.
//!
//! Whatever waits when the writer becomes free goes into one transaction, each job in a savepoint of its
//! own, so that a job that fails takes nobody with it. A caller is answered once its transaction is on disk.
//! While one transaction is being synced the next jobs gather, so a lone write never waits for company.

use crate::{
    StoreError,
    audit::{self, Act, Touched},
};
use futures::{FutureExt, future::BoxFuture};
use sqlx::{Connection, SqliteConnection};
use std::{
    any::Any,
    collections::VecDeque,
    panic::{AssertUnwindSafe, resume_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::Instant,
};

/// The most jobs of one transaction, and the longest that jobs may join it.
const MOST_JOBS: usize = 256;
const LONGEST_GATHERING: Duration = Duration::from_millis(5);
/// What comes with each transaction and job is read by SQLite once: raw text would be read each time.
const BEGIN: &str = "begin immediate; savepoint job";
const NEXT: &str = "release job; savepoint job";
const COMMIT: &str = "commit";
/// Jobs that may wait; who comes later waits for room, so memory stays bounded.
const QUEUE: usize = 1024;

/// What the writer has done since the store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteStats {
    /// Transactions that were committed.
    pub commits: u64,
    /// Jobs in them.
    pub writes: u64,
    /// The slowest commit.
    pub slowest_commit: Duration,
    /// The time that 95 of 100 commits took within the last minute; `None` where there were none.
    pub recent_commit: Option<Duration>,
    /// Whether the last transaction was lost for want of room, or because the disk or file refuses it.
    pub cannot_write: bool,
}

#[derive(Default)]
struct Counters {
    commits: AtomicU64,
    writes: AtomicU64,
    slowest_micros: AtomicU64,
    cannot_write: AtomicBool,
    recent: Mutex<VecDeque<(Instant, Duration)>>,
}

/// How far back the times of commits go, and how many are held at most.
const RECENT: Duration = Duration::from_secs(60);
const MOST_RECENT: usize = 512;

impl Counters {
    fn committed(&self, took: Duration, writes: usize, was_refused: bool) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.writes.fetch_add(writes as u64, Ordering::Relaxed);
        self.slowest_micros.fetch_max(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.cannot_write.store(was_refused, Ordering::Relaxed);
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() == MOST_RECENT {
            recent.pop_front();
        }
        recent.push_back((Instant::now(), took));
    }

    fn recent_commit(&self) -> Option<Duration> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let young = recent.iter().filter(|(at, _)| at.elapsed() <= RECENT);
        let mut times: Vec<_> = young.map(|(_, took)| *took).collect();
        times.sort_unstable();
        times.get((times.len() * 95).div_ceil(100).saturating_sub(1)).copied()
    }
}

enum Answer<T> {
    Settled(Result<T, StoreError>),
    Panicked(Box<dyn Any + Send>),
}

/// A job with its type erased, for the queue.
trait Job: Send {
    /// Runs the job; what it answers is kept until it is settled.
    fn run<'c>(&'c mut self, connection: &'c mut SqliteConnection) -> BoxFuture<'c, Result<(), StoreError>>;
    /// Answers the caller: with what the job said if the transaction was committed, else with its error.
    fn settle(self: Box<Self>, commit: Result<(), StoreError>);
}

struct Write<T, F> {
    work: Option<F>,
    act: Arc<Act>,
    touched: Touched,
    answer: Option<Answer<T>>,
    caller: oneshot::Sender<Answer<T>>,
}

impl<T, F> Job for Write<T, F>
where
    T: Send,
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send,
{
    fn run<'c>(&'c mut self, connection: &'c mut SqliteConnection) -> BoxFuture<'c, Result<(), StoreError>> {
        async move {
            let Some(work) = self.work.take() else { return Ok(()) };
            let work = async {
                let value = work(&mut *connection).await?;
                audit::settle(connection, &self.act, &self.touched).await?;
                Ok(value)
            };
            // A defect in one job must not end the writer: the panic goes on in the task that asked.
            let (answer, verdict) = match AssertUnwindSafe(work).catch_unwind().await {
                Ok(Ok(value)) => (Answer::Settled(Ok(value)), Ok(())),
                Ok(Err(error)) => (Answer::Settled(Err(StoreError::clone(&error))), Err(error)),
                Err(panic) => (Answer::Panicked(panic), Err(StoreError::Closed)),
            };
            self.answer = Some(answer);
            verdict
        }
        .boxed()
    }

    fn settle(self: Box<Self>, commit: Result<(), StoreError>) {
        let answer = match (self.answer, commit) {
            (Some(Answer::Settled(Ok(_))) | None, Err(error)) => Answer::Settled(Err(error)),
            (Some(answer), _) => answer,
            (None, Ok(())) => return,
        };
        // Whoever asked may have gone; what is committed stays.
        let _ = self.caller.send(answer);
    }
}

/// What the writer can be told.
enum Order {
    Run(Box<dyn Job>),
    /// Take nothing more; do what waits, then end.
    Close,
}

/// The way in for writes.
pub(crate) struct Writer {
    orders: mpsc::Sender<Order>,
    touched: Touched,
    counters: Arc<Counters>,
}

impl Writer {
    /// Starts the task that owns the connection; it ends, and closes it, when the writer is dropped.
    /// `touched` says what is watched on it.
    pub(crate) fn start(connection: SqliteConnection, touched: Touched) -> (Self, JoinHandle<()>) {
        let (orders, queue) = mpsc::channel(QUEUE);
        let counters = Arc::new(Counters::default());
        let task = tokio::spawn(serve(connection, Queue { orders: queue }, Arc::clone(&counters)));
        (Self { orders, touched, counters }, task)
    }

    /// Runs a job in the next transaction, in the name of whoever acts, and answers once that is committed.
    pub(crate) async fn write<T, F>(&self, act: Arc<Act>, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let touched = self.touched.clone();
        let job = Box::new(Write { work: Some(work), act, touched, answer: None, caller });
        self.orders.send(Order::Run(job)).await.map_err(|_| StoreError::Closed)?;
        match answer.await.map_err(|_| StoreError::Closed)? {
            Answer::Settled(result) => result,
            Answer::Panicked(panic) => resume_unwind(panic),
        }
    }

    /// Tells the writer to end once what waits is done.
    pub(crate) async fn close(&self) {
        // Where it has ended already there is nobody to tell.
        let _ = self.orders.send(Order::Close).await;
    }

    pub(crate) fn stats(&self) -> WriteStats {
        WriteStats {
            commits: self.counters.commits.load(Ordering::Relaxed),
            writes: self.counters.writes.load(Ordering::Relaxed),
            slowest_commit: Duration::from_micros(self.counters.slowest_micros.load(Ordering::Relaxed)),
            recent_commit: self.counters.recent_commit(),
            cannot_write: self.counters.cannot_write.load(Ordering::Relaxed),
        }
    }
}

struct Queue {
    orders: mpsc::Receiver<Order>,
}

impl Queue {
    /// The next job, however long it takes; `None` at the end.
    async fn next(&mut self) -> Option<Box<dyn Job>> {
        loop {
            match self.orders.recv().await? {
                Order::Run(job) => return Some(job),
                Order::Close => self.orders.close(),
            }
        }
    }

    /// A job that waits already.
    fn waiting(&mut self) -> Option<Box<dyn Job>> {
        loop {
            match self.orders.try_recv().ok()? {
                Order::Run(job) => return Some(job),
                Order::Close => self.orders.close(),
            }
        }
    }
}

async fn serve(mut connection: SqliteConnection, mut queue: Queue, counters: Arc<Counters>) {
    while let Some(first) = queue.next().await {
        let mut batch = Vec::new();
        let (mut took, mut was_refused) = (Duration::ZERO, false);
        let grouped = group(&mut connection, first, &mut queue, &mut batch, &mut was_refused).await;
        let committed = match grouped {
            Ok(()) => {
                let start = Instant::now();
                let result = sqlx::query(COMMIT).execute(&mut connection).await;
                took = start.elapsed();
                result.map(drop).map_err(StoreError::from)
            }
            Err(error) => Err(error),
        };
        match &committed {
            Ok(()) => counters.committed(took, batch.len(), was_refused),
            Err(error) => {
                counters.cannot_write.store(error.is_of_the_disk(), Ordering::Relaxed);
                tracing::error!(%error, jobs = batch.len(), "a transaction was not committed");
                // SQLite may have rolled back by itself; then there is nothing left to roll back.
                let _ = sqlx::raw_sql("rollback").execute(&mut connection).await;
            }
        }
        for job in batch {
            job.settle(committed.clone());
        }
    }
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "the database was not closed in order");
    }
}

/// Opens a transaction and runs jobs in it until none waits, or there are enough. `batch` gets every job
/// that must be answered, also when the transaction as a whole fails; `was_refused` whether the disk or file
/// refused one of them.
async fn group(
    connection: &mut SqliteConnection,
    first: Box<dyn Job>,
    queue: &mut Queue,
    batch: &mut Vec<Box<dyn Job>>,
    was_refused: &mut bool,
) -> Result<(), StoreError> {
    batch.push(first);
    sqlx::query(BEGIN).execute(&mut *connection).await?;
    let start = Instant::now();
    loop {
        let Some(job) = batch.last_mut() else { return Ok(()) };
        let result = job.run(connection).await;
        if let Err(error) = &result {
            *was_refused |= error.is_of_the_disk();
            // On some errors (a full disk, an I/O error) SQLite gives up the whole transaction: then the
            // savepoint is gone, and what the job ran into is what happened to all.
            let undone = sqlx::raw_sql("rollback to job").execute(&mut *connection).await;
            undone.map_err(|_| error.clone())?;
        }
        if batch.len() >= MOST_JOBS || start.elapsed() >= LONGEST_GATHERING {
            return Ok(());
        }
        let Some(job) = queue.waiting() else { return Ok(()) };
        batch.push(job);
        if result.is_ok() {
            // Where the job failed its savepoint stands, and serves the next one.
            sqlx::query(NEXT).execute(&mut *connection).await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
    use tokio::sync::Notify;

    type Job<'c> = BoxFuture<'c, Result<(), StoreError>>;

    struct Bench {
        writer: Writer,
        task: JoinHandle<()>,
        dir: tempfile::TempDir,
    }

    async fn bench() -> Bench {
        let dir = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new().filename(dir.path().join("x.db")).create_if_missing(true);
        let mut connection = options.connect().await.unwrap();
        let setup = "pragma journal_mode = wal; create table notes (text text not null) strict";
        sqlx::raw_sql(setup).execute(&mut connection).await.unwrap();
        let (writer, task) = Writer::start(connection, Touched::default());
        Bench { writer, task, dir }
    }

    fn act() -> Arc<Act> {
        Arc::new(Act::own(formaops_domain::Timestamp::default()))
    }

    fn note(text: &'static str) -> impl for<'c> FnOnce(&'c mut SqliteConnection) -> Job<'c> + Send {
        move |connection| {
            Box::pin(async move {
                sqlx::query("insert into notes values (?1)").bind(text).execute(connection).await?;
                Ok(())
            })
        }
    }

    /// A limit on the pages of the file is met as a full disk is: by the same code, in the same place.
    fn limit(pages: u32) -> impl for<'c> FnOnce(&'c mut SqliteConnection) -> Job<'c> + Send {
        move |connection| {
            Box::pin(async move {
                let sql = sqlx::AssertSqlSafe(format!("pragma max_page_count = {pages}"));
                sqlx::raw_sql(sql).execute(connection).await?;
                Ok(())
            })
        }
    }

    impl Bench {
        async fn notes(&self) -> Vec<String> {
            let options = SqliteConnectOptions::new().filename(self.dir.path().join("x.db"));
            let mut reader = options.connect().await.unwrap();
            sqlx::query_scalar("select text from notes order by rowid").fetch_all(&mut reader).await.unwrap()
        }
    }

    // Where time stands still, who comes together shares a transaction also where the machine is slow.
    #[tokio::test(start_paused = true)]
    async fn nobody_is_answered_before_the_commit() {
        let bench = bench().await;
        let (reached, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let second = {
            let (reached, go_on) = (Arc::clone(&reached), Arc::clone(&go_on));
            bench.writer.write::<(), _>(act(), move |_| {
                Box::pin(async move {
                    reached.notify_one();
                    go_on.notified().await;
                    Ok(())
                })
            })
        };
        let (mut first, mut second) = (Box::pin(bench.writer.write(act(), note("first"))), Box::pin(second));
        assert!(futures::poll!(&mut first).is_pending());
        assert!(futures::poll!(&mut second).is_pending());
        reached.notified().await;
        // The first job is done, the second is in the same transaction and holds it open.
        assert!(futures::poll!(&mut first).is_pending());
        assert_eq!(bench.notes().await, [""; 0]);
        go_on.notify_one();
        first.await.unwrap();
        assert_eq!(bench.notes().await, ["first"]);
        second.await.unwrap();
        assert_eq!(bench.writer.stats().commits, 1);
    }

    #[tokio::test]
    async fn a_job_that_panics_takes_nobody_with_it() {
        let bench = bench().await;
        let defect = bench.writer.write::<(), _>(act(), |connection| {
            Box::pin(async move {
                sqlx::query("insert into notes values ('half')").execute(connection).await?;
                panic!("a defect")
            })
        });
        let (before, defect, after) = tokio::join!(
            bench.writer.write(act(), note("before")),
            AssertUnwindSafe(defect).catch_unwind(),
            bench.writer.write(act(), note("after")),
        );
        before.unwrap();
        after.unwrap();
        assert_eq!(defect.unwrap_err().downcast_ref::<&str>(), Some(&"a defect"));
        assert_eq!(bench.notes().await, ["before", "after"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_disk_fails_the_whole_group_and_the_writer_goes_on() {
        let bench = bench().await;
        bench.writer.write(act(), note("kept")).await.unwrap();
        bench.writer.write(act(), limit(1)).await.unwrap();
        let large: &'static str = Box::leak("large ".repeat(100_000).into_boxed_str());
        let (small, full, late) = tokio::join!(
            bench.writer.write(act(), note("small")),
            bench.writer.write(act(), note(large)),
            bench.writer.write(act(), note("late")),
        );
        assert!(matches!(full, Err(StoreError::DiskFull { .. })), "{full:?}");
        // Whether SQLite gives up the transaction or only the statement, an answer says what was kept.
        let mut expected = vec!["kept"];
        expected.extend(small.is_ok().then_some("small"));
        expected.extend(late.is_ok().then_some("late"));
        assert_eq!(bench.notes().await, expected);
        bench.writer.write(act(), note(large)).await.unwrap_err();
        let was_full = bench.writer.stats().cannot_write;

        bench.writer.write(act(), limit(100_000)).await.unwrap();
        bench.writer.write(act(), note(large)).await.unwrap();
        assert_eq!(bench.notes().await.len(), expected.len() + 1);
        let stats = bench.writer.stats();
        assert!(
            !stats.cannot_write
                && stats
                    .recent_commit
                    .is_some_and(|took| took.as_micros() <= stats.slowest_commit.as_micros())
        );
        assert!(was_full, "a disk without room is one that cannot be written");
    }

    #[tokio::test(start_paused = true)]
    async fn a_transaction_that_is_lost_fails_all_who_share_it() {
        let bench = bench().await;
        let lose = bench.writer.write::<(), _>(act(), |connection| {
            Box::pin(async move {
                // What SQLite does by itself on some errors.
                sqlx::raw_sql("rollback").execute(connection).await?;
                Err(StoreError::DiskFull { path: None })
            })
        });
        let (before, lost) = tokio::join!(bench.writer.write(act(), note("before")), lose);
        for failed in [before, lost] {
            assert!(matches!(failed, Err(StoreError::DiskFull { .. })), "{failed:?}");
        }
        bench.writer.write(act(), note("after")).await.unwrap();
        assert_eq!(bench.notes().await, ["after"]);
    }

    #[tokio::test]
    async fn closing_does_what_waits_and_takes_nothing_more() {
        let Bench { writer, task, dir } = bench().await;
        let (written, ()) = tokio::join!(writer.write(act(), note("waiting")), writer.close());
        written.unwrap();
        task.await.unwrap();
        assert!(matches!(writer.write(act(), note("late")).await, Err(StoreError::Closed)));
        drop(dir);
    }
}

//! The children that functions run in: started where calls wait, ended where none come.

use crate::{
    frame,
    limits::MOST_ARGUMENTS,
    process::{Job, Process},
    script::failure,
};
use formaops_domain::{
    FunctionCall,
    ports::{FunctionFailure, FunctionFailureKind as Kind, Sandbox},
};
use futures::future::{BoxFuture, FutureExt as _};
use serde_json::Value;
use std::{
    collections::VecDeque,
    num::NonZeroUsize,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, oneshot},
    time::timeout,
};

/// How long a child is kept without calls.
const REST: Duration = Duration::from_secs(5);
/// The most calls, and about the most bytes of them, that a child is given at once.
const MOST_BATCH: usize = 64;
const MOST_BATCH_BYTES: usize = 1 << 20;

/// The sandbox. Nothing runs until a function is called, and nothing some seconds after the last one.
pub struct Functions {
    pool: Arc<Pool>,
}

impl Functions {
    /// Children of this program, one a core at most.
    #[must_use]
    pub fn of_this_program() -> Self {
        // On Linux this is the program that runs, even where another one has taken its place on the disk.
        let program = if cfg!(target_os = "linux") {
            "/proc/self/exe".into()
        } else {
            // Where it has no name it cannot be started, which is told when it is.
            std::env::current_exe().unwrap_or_default()
        };
        Self::of(program, std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN))
    }

    /// At most so many children of another program, which runs [`serve`](crate::serve) for the argument `sandbox`.
    #[must_use]
    pub fn of(program: PathBuf, most: NonZeroUsize) -> Self {
        let most = most.get();
        Self { pool: Arc::new(Pool { program, most, waiting: Mutex::default(), filled: Notify::new() }) }
    }
}

impl Sandbox for Functions {
    fn call(&self, call: FunctionCall) -> BoxFuture<'_, Result<Value, FunctionFailure>> {
        let pool = Arc::clone(&self.pool);
        async move {
            let (answer, answered) = oneshot::channel();
            pool.push(Job { frame: encode(&call)?, answer });
            let gone = |_| Err(failure(Kind::Unavailable, "FormaOps is being closed"));
            answered.await.unwrap_or_else(gone)
        }
        .boxed()
    }
}

fn encode(call: &FunctionCall) -> Result<Vec<u8>, FunctionFailure> {
    let body = serde_json::to_vec(call).map_err(|error| failure(Kind::Source, error.to_string()))?;
    if body.len() > MOST_ARGUMENTS {
        let message = format!(
            "the function and its arguments are {} MiB of JSON, and may be {} MiB at most",
            body.len().div_ceil(1 << 20),
            MOST_ARGUMENTS >> 20,
        );
        return Err(failure(Kind::Memory, message));
    }
    Ok(frame::encode(&body))
}

struct Pool {
    program: PathBuf,
    /// How many children there may be.
    most: usize,
    waiting: Mutex<Waiting>,
    /// Tells one who rests that calls wait.
    filled: Notify,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    /// How many workers there are, each with at most one child.
    workers: usize,
    /// How many of them have nothing to do.
    resting: usize,
}

impl Pool {
    fn push(self: &Arc<Self>, job: Job) {
        let mut waiting = self.waiting();
        waiting.jobs.push_back(job);
        if waiting.jobs.len() > waiting.resting && waiting.workers < self.most {
            waiting.workers += 1;
            drop(waiting);
            tokio::spawn(Arc::clone(self).work());
        } else {
            drop(waiting);
            self.filled.notify_one();
        }
    }

    /// Has calls made for as long as there are any.
    async fn work(self: Arc<Self>) {
        let mut process: Option<Process> = None;
        while let Some(mut batch) = self.next().await {
            loop {
                batch.retain(|job| !job.answer.is_closed());
                if batch.is_empty() {
                    break;
                }
                let started = match running(process.take()) {
                    Some(process) => Ok(process),
                    None => Process::start(&self.program).await,
                };
                match started {
                    Ok(started) => process = started.perform(&mut batch).await,
                    Err(failure) => {
                        for job in batch.drain(..) {
                            let _ = job.answer.send(Err(failure.clone()));
                        }
                    }
                }
            }
        }
        if let Some(process) = process {
            process.leave().await;
        }
    }

    /// The next calls; `None` where there were none for a while, and the worker is not counted any more.
    async fn next(&self) -> Option<VecDeque<Job>> {
        loop {
            {
                let mut waiting = self.waiting();
                let batch = waiting.take(self.most);
                if !batch.is_empty() {
                    return Some(batch);
                }
                waiting.resting += 1;
            }
            let rested = timeout(REST, self.filled.notified()).await;
            let mut waiting = self.waiting();
            waiting.resting -= 1;
            if rested.is_err() && waiting.jobs.is_empty() {
                waiting.workers -= 1;
                return None;
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// A share of the calls, of which those are left out whose caller has gone.
    fn take(&mut self, most: usize) -> VecDeque<Job> {
        let share = self.jobs.len().div_ceil(most).min(MOST_BATCH);
        let (mut batch, mut bytes) = (VecDeque::new(), 0);
        while batch.len() < share && bytes < MOST_BATCH_BYTES {
            let Some(job) = self.jobs.pop_front() else { break };
            if !job.answer.is_closed() {
                bytes += job.frame.len();
                batch.push_back(job);
            }
        }
        batch
    }
}

/// The child, where it is still there.
fn running(process: Option<Process>) -> Option<Process> {
    process.and_then(|mut process| process.is_running().then_some(process))
}

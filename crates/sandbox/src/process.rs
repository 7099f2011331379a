//! A child process, as its parent sees it: something that may do anything, and is replaced where it does.

use crate::{
    child::{ARGUMENT, Reply},
    frame::{self, HELLO},
    limits::{MOST_RESULT, PATIENCE},
    script::failure,
};
use formaops_domain::ports::{FunctionFailure, FunctionFailureKind as Kind};
use serde_json::Value;
use std::{
    collections::VecDeque,
    io,
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncWriteExt as _, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::oneshot,
    time::{sleep, timeout},
};

/// How long a child may take to be there.
const START: Duration = Duration::from_secs(10);
/// How long it may take to leave once it is told.
const LEAVE: Duration = Duration::from_secs(1);
/// How long a call goes on for which nobody waits: less than a new child takes to be there.
const BREATH: Duration = Duration::from_millis(20);
/// The most bytes of a reply: the result, and what is around it.
const MOST_REPLY: usize = MOST_RESULT + (16 << 10);

/// A call that waits for its answer.
pub(crate) struct Job {
    /// What the child reads.
    pub(crate) frame: Vec<u8>,
    /// Who waits.
    pub(crate) answer: oneshot::Sender<Result<Value, FunctionFailure>>,
}

/// A child that runs.
pub(crate) struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Process {
    /// Starts a child and waits until it is there.
    pub(crate) async fn start(program: &Path) -> Result<Self, FunctionFailure> {
        // What this program itself was given by whoever started it is not for functions.
        #[cfg(unix)]
        close_fds::set_fds_cloexec(3, &[]);
        let mut command = Command::new(program);
        #[cfg(unix)]
        command.arg0("formaops");
        let child = command
            .arg(ARGUMENT)
            .env_clear()
            .env("TZ", "UTC0")
            .current_dir(if cfg!(unix) { "/" } else { "." })
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        let mut child = child.map_err(|error| unavailable(&error.to_string()))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(unavailable("it has no pipes"));
        };
        let mut process = Self { child, input, output: BufReader::new(output) };
        match timeout(START, frame::read_from(&mut process.output, HELLO.len())).await {
            Ok(Ok(hello)) if hello == HELLO => Ok(process),
            Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                let ended =
                    process.end_now().await.map_or("it ended".to_owned(), |status| status.to_string());
                Err(unavailable(&format!("it ended before it was ready ({ended})")))
            }
            Ok(_) => Err(unavailable("the program is not FormaOps, or another version of it")),
            Err(_) => Err(unavailable(&format!("it was not ready after {} s", START.as_secs()))),
        }
    }

    /// Whether it is still there.
    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Has the calls made, and takes those from the batch that were answered. It is of no more use where that is
    /// not all of them.
    pub(crate) async fn perform(mut self, batch: &mut VecDeque<Job>) -> Option<Self> {
        let frames: Vec<u8> = batch.iter().flat_map(|job| &job.frame).copied().collect();
        let Self { input, output, .. } = &mut self;
        let broken = {
            let write = async {
                // Whoever reads learns why it cannot be written.
                let _ = input.write_all(&frames).await;
                std::future::pending::<()>().await;
            };
            tokio::select! {
                broken = receive(output, batch) => broken,
                () = write => None,
            }
        };
        let Some(broken) = broken else { return Some(self) };
        let status = self.end_now().await;
        if let Some(job) = batch.pop_front() {
            let _ = job.answer.send(Err(broken.explain(status)));
        }
        None
    }

    /// Tells it to leave.
    pub(crate) async fn leave(self) {
        let Self { mut child, input, output } = self;
        drop((input, output));
        // It is killed when it is dropped.
        let _ = timeout(LEAVE, child.wait()).await;
    }

    /// Kills it; the status is that of its own end where it had ended.
    async fn end_now(&mut self) -> Option<ExitStatus> {
        // Its pipe may be closed a moment before it has ended.
        if let Ok(ended) = timeout(Duration::from_millis(50), self.child.wait()).await {
            return ended.ok();
        }
        let _ = self.child.start_kill();
        let _ = self.child.wait().await;
        None
    }
}

/// Answers calls in order, as far as there are replies.
async fn receive(output: &mut BufReader<ChildStdout>, batch: &mut VecDeque<Job>) -> Option<Broken> {
    while let Some(job) = batch.front_mut() {
        let read = timeout(PATIENCE, frame::read_from(output, MOST_REPLY));
        let unwanted = async {
            job.answer.closed().await;
            sleep(BREATH).await;
        };
        let read = tokio::select! {
            read = read => read,
            () = unwanted => return Some(Broken::Unwanted),
        };
        let reply = match read {
            Err(_) => return Some(Broken::Silent),
            Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => return Some(Broken::Nonsense),
            Ok(Err(_)) => return Some(Broken::Ended),
            Ok(Ok(reply)) => reply,
        };
        let answer = match serde_json::from_slice::<Reply<Value>>(&reply) {
            Ok(Reply::Value(value)) => Ok(value),
            Ok(Reply::Failure { kind, message }) => Err(FunctionFailure { kind, message }),
            Err(_) => return Some(Broken::Nonsense),
        };
        if let Some(job) = batch.pop_front() {
            let _ = job.answer.send(answer);
        }
    }
    None
}

/// Why a child is of no more use.
#[derive(Clone, Copy)]
enum Broken {
    /// Nobody waits for what it does.
    Unwanted,
    /// It says nothing for too long.
    Silent,
    /// It is not there any more.
    Ended,
    /// It says what cannot be read.
    Nonsense,
}

impl Broken {
    fn explain(self, status: Option<ExitStatus>) -> FunctionFailure {
        match self {
            // Whoever would read it is gone.
            Self::Unwanted => failure(Kind::Timeout, "nobody waits for it"),
            Self::Silent => failure(
                Kind::Timeout,
                "it takes longer than a second in one step that cannot be interrupted, and its process was ended",
            ),
            Self::Ended => {
                let status = status.map_or("ended".to_owned(), |status| format!("ended with {status}"));
                let message = format!(
                    "its process {status}: it needs more memory, or a deeper stack, than a function may have"
                );
                failure(Kind::Memory, message)
            }
            Self::Nonsense => failure(
                Kind::Unavailable,
                "the sandbox answered what cannot be read and was replaced; report it with the function",
            ),
        }
    }
}

fn unavailable(why: &str) -> FunctionFailure {
    failure(
        Kind::Unavailable,
        format!(
            "functions cannot be run, as their sandbox does not start: {why}; start FormaOps again, and see whether its program was moved"
        ),
    )
}

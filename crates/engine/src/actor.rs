//! The one task that owns the machine, carries out its effects and feeds back what became of them.

use crate::{
    core::Core,
    handle::{EngineError, Submission},
    machine::{Effect, End, Event, Leave, Load, Machine, RunEnd, Sign},
    pipeline::{Job, JobEnd, leave_queue},
    reporter::{News, report},
    sensitive::Sensitive,
    settings::Settings,
};
use formaops_domain::{
    ErrorClass, ExecutionId, Failure, JsonObject, Priority, Run, RunId, ports::RateLimits,
};
use futures::StreamExt;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot},
    task::{Id, JoinError, JoinSet},
};
use tokio_util::sync::CancellationToken;

/// How long a shutdown waits for commits that are under way.
const SHUTDOWN_TIME: Duration = Duration::from_secs(2);
/// How many ends of queued executions are on their way to the store at once: a commit of the store.
const LEAVING_AT_ONCE: usize = 256;

type Reply<T> = oneshot::Sender<T>;
type RunResult = Result<Run, EngineError>;
type ExecutionResult = Result<(), EngineError>;

/// What the actor is asked.
pub(crate) enum Command {
    Submit(Submission, Reply<ExecutionResult>),
    /// Answered with `None` where the run is not in hand.
    CancelRun(RunId, Reply<Option<RunResult>>),
    CancelExecution(ExecutionId, Reply<ExecutionResult>),
    /// A run is to start nothing more, or to go on.
    PauseRun(RunId, bool, Reply<()>),
    /// Answered with `None` where the run is not in hand.
    WaitRun(RunId, Reply<Option<RunResult>>),
    SetSettings(Box<Settings>, Reply<()>),
    SetLeast(Priority, Reply<()>),
    Status(Reply<Load>),
    Shutdown(Reply<()>),
    /// From a job: its call has left the wire.
    AttemptEnded(ExecutionId, Sign),
    /// From a job: the provider said how many more calls it takes.
    RatesTold(ExecutionId, RateLimits),
}

/// What a task was for, kept outside of it in case it panics.
enum Task {
    Execution(ExecutionId),
    Leaving(Vec<ExecutionId>),
    Report(RunId),
}

/// What a task came to.
enum Done {
    Execution(Sign, JobEnd),
    Leaving(Vec<(ExecutionId, End)>),
    Report(Box<RunResult>),
}

struct RunInHand {
    sensitive: Arc<Sensitive>,
    news: mpsc::UnboundedSender<News>,
    waiters: Vec<Reply<Option<RunResult>>>,
    ending: bool,
}

pub(crate) struct Actor {
    core: Arc<Core>,
    machine: Machine,
    commands: mpsc::UnboundedSender<Command>,
    runs: HashMap<RunId, RunInHand>,
    cancels: HashMap<ExecutionId, CancellationToken>,
    waiters: HashMap<ExecutionId, Vec<Reply<ExecutionResult>>>,
    tasks: JoinSet<Done>,
    purposes: HashMap<Id, Task>,
}

impl Actor {
    /// Starts the actor and answers where to send commands.
    pub(crate) fn start(core: Arc<Core>, settings: Settings) -> mpsc::UnboundedSender<Command> {
        let (commands, inbox) = mpsc::unbounded_channel();
        let actor = Self {
            core,
            machine: Machine::new(settings),
            commands: commands.clone(),
            runs: HashMap::new(),
            cancels: HashMap::new(),
            waiters: HashMap::new(),
            tasks: JoinSet::new(),
            purposes: HashMap::new(),
        };
        tokio::spawn(actor.work(inbox));
        commands
    }

    async fn work(mut self, mut inbox: mpsc::UnboundedReceiver<Command>) {
        loop {
            let now = self.core.ports.clock.monotonic();
            let wake = self.machine.next_wake().map(|at| at.saturating_sub(now));
            tokio::select! {
                Some(command) = inbox.recv() => match command {
                    Command::Shutdown(reply) => {
                        self.shut_down().await;
                        answer(reply, ());
                        return;
                    }
                    command => self.obey(command),
                },
                Some(joined) = self.tasks.join_next_with_id() => self.join(joined),
                () = until(wake), if wake.is_some() => self.feed(Event::TimeHasCome),
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Submit(submission, reply) => answer(reply, self.submit(submission)),
            Command::CancelRun(run, reply) => {
                self.wait_run(run, reply);
                self.feed(Event::CancelRun { run });
            }
            Command::CancelExecution(execution, reply) => {
                if self.machine.run_of(execution).is_some() {
                    self.waiters.entry(execution).or_default().push(reply);
                } else {
                    answer(reply, Ok(()));
                }
                self.feed(Event::CancelExecution { execution });
            }
            Command::WaitRun(run, reply) => self.wait_run(run, reply),
            Command::SetSettings(settings, reply) => {
                self.core.set_calls((&*settings).into());
                self.feed(Event::SettingsChanged { settings });
                answer(reply, ());
            }
            Command::SetLeast(least, reply) => {
                self.feed(Event::LevelChanged { least });
                answer(reply, ());
            }
            Command::Status(reply) => answer(reply, self.machine.load()),
            Command::AttemptEnded(execution, sign) => self.feed(Event::AttemptEnded { execution, sign }),
            Command::RatesTold(execution, rates) => self.feed(Event::RatesTold { execution, rates }),
            Command::PauseRun(run, paused, reply) => {
                self.feed(if paused { Event::PauseRun { run } } else { Event::ResumeRun { run } });
                answer(reply, ());
            }
            Command::Shutdown(_) => {}
        }
    }

    fn submit(&mut self, submission: Submission) -> Result<(), EngineError> {
        let Submission { run, terms, executions, sensitive } = submission;
        match self.runs.get(&run) {
            Some(known) if known.ending => return Err(EngineError::RunEnding { run }),
            Some(_) => {}
            None => self.take_in_hand(run, sensitive),
        }
        self.feed(Event::RunSubmitted { run, terms, executions });
        Ok(())
    }

    fn take_in_hand(&mut self, run: RunId, sensitive: JsonObject) {
        let (news, inbox) = mpsc::unbounded_channel();
        let core = Arc::clone(&self.core);
        self.spawn(Task::Report(run), async move { Done::Report(Box::new(report(core, run, inbox).await)) });
        let sensitive = Arc::new(Sensitive::new(sensitive));
        self.runs.insert(run, RunInHand { sensitive, news, waiters: Vec::new(), ending: false });
    }

    fn wait_run(&mut self, run: RunId, reply: Reply<Option<RunResult>>) {
        match self.runs.get_mut(&run) {
            Some(run) => run.waiters.push(reply),
            None => answer(reply, None),
        }
    }

    fn feed(&mut self, event: Event) {
        let effects = self.machine.handle(self.core.ports.clock.monotonic(), event);
        let mut leaving: BTreeMap<(RunId, Leave), Vec<ExecutionId>> = BTreeMap::new();
        for effect in effects {
            match effect {
                Effect::Start { run, execution, choice, tries } => {
                    self.execute(run, execution, choice, tries);
                }
                Effect::CancelAttempt { execution } => {
                    if let Some(cancel) = self.cancels.get(&execution) {
                        cancel.cancel();
                    }
                }
                Effect::FinishQueued { run, execution, why } => {
                    leaving.entry((run, why)).or_default().push(execution);
                }
                Effect::FinishRun { run, end } => self.end_run(run, end),
            }
        }
        for ((run, why), executions) in leaving {
            self.leave_queue(run, why, executions);
        }
    }

    fn execute(&mut self, run: RunId, execution: ExecutionId, choice: u8, tries: u32) {
        let Some(in_hand) = self.runs.get(&run) else { return };
        let cancel = CancellationToken::new();
        let job = Job {
            core: Arc::clone(&self.core),
            execution,
            choice,
            tries,
            sensitive: Arc::clone(&in_hand.sensitive),
            cancel: cancel.clone(),
            news: in_hand.news.clone(),
            commands: self.commands.clone(),
        };
        self.cancels.insert(execution, cancel);
        self.spawn(Task::Execution(execution), async move {
            let (sign, end) = job.execute().await;
            Done::Execution(sign, end)
        });
    }

    fn leave_queue(&mut self, run: RunId, why: Leave, executions: Vec<ExecutionId>) {
        let Some(news) = self.runs.get(&run).map(|run| run.news.clone()) else { return };
        let core = Arc::clone(&self.core);
        self.spawn(Task::Leaving(executions.clone()), async move {
            let (core, news) = (&core, &news);
            let leaving = futures::stream::iter(executions)
                .map(|execution| async move {
                    let failure = match why {
                        Leave::Cancelled => None,
                        Leave::CircuitOpen => Some(left_alone()),
                    };
                    let end = if failure.is_some() { End::Failed } else { End::Well };
                    let left = leave_queue(core, execution, failure, news).await;
                    (execution, left.map_or(End::Uncommitted, |()| end))
                })
                .buffer_unordered(LEAVING_AT_ONCE);
            Done::Leaving(leaving.collect().await)
        });
    }

    fn end_run(&mut self, run: RunId, end: RunEnd) {
        if let Some(run) = self.runs.get_mut(&run) {
            run.ending = true;
            // Where the reporter has panicked, its join answers those who wait.
            let _ = run.news.send(News::Ended(end));
        }
    }

    fn spawn(&mut self, purpose: Task, task: impl Future<Output = Done> + Send + 'static) {
        let id = self.tasks.spawn(task).id();
        self.purposes.insert(id, purpose);
    }

    fn join(&mut self, joined: Result<(Id, Done), JoinError>) {
        let (id, done) = match joined {
            Ok((id, done)) => (id, Some(done)),
            Err(error) => (error.id(), None),
        };
        let Some(purpose) = self.purposes.remove(&id) else { return };
        match (purpose, done) {
            (Task::Execution(execution), done) => {
                self.cancels.remove(&execution);
                if let Some(Done::Execution(sign, _)) = done {
                    // It may have said so before, but the ways that its words come by are not one queue.
                    self.feed(Event::AttemptEnded { execution, sign });
                }
                match done {
                    Some(Done::Execution(_, JobEnd::Again { wait, degrade })) => {
                        self.feed(Event::AttemptToRepeat { execution, wait, degrade });
                    }
                    Some(Done::Execution(_, JobEnd::Ended(end))) => self.end_execution(execution, end),
                    _ => self.end_execution(execution, End::Uncommitted),
                }
            }
            (Task::Leaving(_), Some(Done::Leaving(left))) => {
                for (execution, end) in left {
                    self.end_execution(execution, end);
                }
            }
            (Task::Leaving(executions), _) => {
                for execution in executions {
                    self.end_execution(execution, End::Uncommitted);
                }
            }
            (Task::Report(run), done) => {
                let result = match done {
                    Some(Done::Report(result)) => *result,
                    _ => Err(EngineError::Uncommitted { run }),
                };
                let waiters = self.runs.remove(&run).map(|run| run.waiters).unwrap_or_default();
                for waiter in waiters {
                    answer(waiter, Some(result.clone()));
                }
            }
        }
    }

    fn end_execution(&mut self, execution: ExecutionId, end: End) {
        let Some(run) = self.machine.run_of(execution) else { return };
        self.feed(Event::ExecutionEnded { execution, end });
        for waiter in self.waiters.remove(&execution).unwrap_or_default() {
            let result = if end == End::Uncommitted { Err(EngineError::Uncommitted { run }) } else { Ok(()) };
            answer(waiter, result);
        }
    }

    async fn shut_down(&mut self) {
        self.core.closing.cancel();
        // Without news to come, reporters end by themselves.
        self.runs.clear();
        let rest = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(SHUTDOWN_TIME, rest).await.is_err() {
            tracing::warn!(tasks = self.tasks.len(), "some tasks did not end in time");
        }
    }
}

/// Why an execution fails whose model is left alone.
fn left_alone() -> Failure {
    Failure::new(
        ErrorClass::CircuitOpen,
        "the model failed too often one time after the other, and is left alone for a while",
        "Run it again in a minute, or on another model.",
    )
}

async fn until(wake: Option<Duration>) {
    tokio::time::sleep(wake.unwrap_or_default()).await;
}

/// Whoever asked may have stopped waiting, which is no matter.
fn answer<T>(reply: Reply<T>, answer: T) {
    let _ = reply.send(answer);
}

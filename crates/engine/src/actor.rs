//! The one task that owns the machine, carries out its effects and feeds back what became of them.

use crate::{
    core::Core,
    handle::{EngineError, Submission},
    machine::{Answer, Ask, Budgets, Cap, Effect, End, Event, Leave, Load, Machine, Refusal, RunEnd, Sign},
    money::refused,
    pipeline::{Job, JobEnd, Left, leave_queue},
    reporter::{News, report},
    sensitive::Sensitive,
    settings::Settings,
    spans,
    templates::Templates,
};
use formaops_domain::{
    Budget, BudgetAlert, BudgetId, BudgetState, ErrorClass, EventBody, ExecutionId, Failure, JsonObject,
    NanoUsd, Priority, Run, RunId, ports::RateLimits,
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
use tracing::Span;

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
    CancelRun(RunId, Reply<Awaited>),
    CancelExecution(ExecutionId, Reply<ExecutionResult>),
    StopRun(RunId, Reply<()>),
    /// A run is to start nothing more, or to go on.
    PauseRun(RunId, bool, Reply<()>),
    WaitRun(RunId, Reply<Awaited>),
    SetSettings(Box<Settings>, Reply<()>),
    SetLeast(Option<Priority>, Reply<()>),
    SetBudgets(Vec<(Budget, NanoUsd)>, Reply<()>),
    Budgets(Reply<Vec<BudgetState>>),
    SetRunCap(RunId, Option<NanoUsd>, Reply<()>),
    Status(Reply<Load>),
    Shutdown(Reply<()>),
    /// From a job: whether it may call.
    AskForMoney(ExecutionId, Ask, Reply<Money>),
    /// From a job: its call has left the wire.
    AttemptEnded(ExecutionId, JobId, Sign),
    /// From a job: what its call has cost, before its rules are decided.
    Spent(ExecutionId, JobId, NanoUsd),
    /// From a job: the provider said how many more calls it takes.
    RatesTold(ExecutionId, JobId, RateLimits),
    /// From a job, or without one from the queue: the store has refused its end, which is held.
    EndRefused(ExecutionId, Option<JobId>),
    /// From a reporter: the same of the end of its run.
    RunEndRefused(RunId),
}

/// What became of a run that is waited for.
pub(crate) enum Awaited {
    Ended(Box<RunResult>),
    /// It is not in hand.
    Unknown,
    /// It is cancelled, and that is held in memory because the store refuses it. Whoever waits for the end of a run
    /// without cancelling it is not told this.
    Held,
}

/// Which job of an execution it is: what one says must not be taken for the word of the next, which may have begun
/// by the time that it is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JobId(u64);

/// Whether a job may call.
pub(crate) enum Money {
    Granted,
    Wait,
    Refused(Refusal, Option<Budget>),
}

/// What a task was for, kept outside of it in case it panics.
enum Task {
    Execution(ExecutionId),
    Leaving(Vec<ExecutionId>),
    Report(RunId),
}

/// What a task came to.
enum Done {
    Execution(Left),
    Leaving(Vec<(ExecutionId, End)>),
    Report(Box<RunResult>),
}

struct RunInHand {
    span: Span,
    sensitive: Arc<Sensitive>,
    templates: Arc<Templates>,
    news: mpsc::UnboundedSender<News>,
    waiters: Vec<Reply<Awaited>>,
    /// Those of them that have cancelled it.
    cancellers: Vec<Reply<Awaited>>,
    ending: bool,
    /// Whether the store has refused its end so far.
    held: bool,
    /// What its reporter still asks for, once all of it has ended, is asked for no longer once this is cancelled.
    cancel: CancellationToken,
}

impl RunInHand {
    fn let_cancellers_go(&mut self) {
        for canceller in self.cancellers.drain(..) {
            answer(canceller, Awaited::Held);
        }
    }
}

pub(crate) struct Actor {
    core: Arc<Core>,
    machine: Machine,
    commands: mpsc::UnboundedSender<Command>,
    runs: HashMap<RunId, RunInHand>,
    /// The job of each execution that is under way, and how it is cancelled.
    jobs: HashMap<ExecutionId, (JobId, CancellationToken)>,
    last_job: u64,
    waiters: HashMap<ExecutionId, Vec<Reply<ExecutionResult>>>,
    /// The job that has asked for money and is being answered.
    asking: Option<Reply<Money>>,
    tasks: JoinSet<Done>,
    purposes: HashMap<Id, Task>,
}

impl Actor {
    /// Starts the actor and answers where to send commands.
    pub(crate) fn start(
        core: Arc<Core>,
        settings: Settings,
        budgets: Budgets,
    ) -> mpsc::UnboundedSender<Command> {
        let (commands, inbox) = mpsc::unbounded_channel();
        let actor = Self {
            core,
            machine: Machine::new(settings).with_budgets(budgets),
            commands: commands.clone(),
            runs: HashMap::new(),
            jobs: HashMap::new(),
            last_job: 0,
            waiters: HashMap::new(),
            asking: None,
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
                self.runs.get(&run).into_iter().for_each(|run| run.cancel.cancel());
                self.feed(Event::CancelRun { run });
                self.wait_cancelled(run, reply);
            }
            Command::CancelExecution(execution, reply) => {
                if self.machine.run_of(execution).is_some() && !self.machine.holds(execution) {
                    self.waiters.entry(execution).or_default().push(reply);
                } else {
                    answer(reply, Ok(()));
                }
                self.feed(Event::CancelExecution { execution });
            }
            Command::StopRun(run, reply) => {
                self.feed(Event::StopRun { run });
                answer(reply, ());
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
            Command::SetBudgets(budgets, reply) => {
                self.feed(Event::BudgetsChanged { budgets });
                answer(reply, ());
            }
            Command::Budgets(reply) => {
                let today = self.core.ports.calendar.day(self.core.ports.clock.now());
                answer(reply, self.machine.budgets(today));
            }
            Command::SetRunCap(run, cap, reply) => {
                if self.runs.contains_key(&run) {
                    self.feed(Event::RunCapped { run, cap, spent: NanoUsd::ZERO, needed_by: None });
                }
                answer(reply, ());
            }
            Command::AskForMoney(execution, ask, reply) => {
                self.asking = Some(reply);
                self.feed(Event::AskedForMoney { execution, ask });
                // Without an answer its execution is not under way any more, and the job sees that it is left alone.
                self.asking = None;
            }
            Command::Status(reply) => answer(reply, self.machine.load()),
            Command::AttemptEnded(execution, job, sign) if self.is_under_way(execution, job) => {
                self.feed(Event::AttemptEnded { execution, sign });
            }
            Command::Spent(execution, job, cost) if self.is_under_way(execution, job) => {
                self.feed(Event::Paid { execution, cost: Some(cost) });
            }
            Command::RatesTold(execution, job, rates) if self.is_under_way(execution, job) => {
                self.feed(Event::RatesTold { execution, rates });
            }
            Command::EndRefused(execution, job)
                if job.is_none_or(|job| self.is_under_way(execution, job)) =>
            {
                self.hold(execution);
            }
            Command::RunEndRefused(run) => {
                if let Some(in_hand) = self.runs.get_mut(&run) {
                    in_hand.held = true;
                    in_hand.let_cancellers_go();
                }
            }
            Command::AttemptEnded(..)
            | Command::Spent(..)
            | Command::RatesTold(..)
            | Command::EndRefused(..) => {}
            Command::PauseRun(run, paused, reply) => {
                self.feed(if paused { Event::PauseRun { run } } else { Event::ResumeRun { run } });
                answer(reply, ());
            }
            Command::Shutdown(_) => {}
        }
    }

    fn submit(&mut self, submission: Submission) -> Result<(), EngineError> {
        let Submission { run, terms, cap: (cap, spent), needed_by, executions, sensitive } = submission;
        match self.runs.get(&run) {
            Some(known) if known.ending => return Err(EngineError::RunEnding { run }),
            Some(_) => {}
            None => self.take_in_hand(run, sensitive),
        }
        self.feed(Event::RunCapped { run, cap, spent, needed_by });
        self.feed(Event::RunSubmitted { run, terms, executions });
        Ok(())
    }

    fn take_in_hand(&mut self, run: RunId, sensitive: JsonObject) {
        let (news, inbox) = mpsc::unbounded_channel();
        let core = Arc::clone(&self.core);
        let commands = self.commands.clone();
        let (span, cancel) = (spans::run(run), CancellationToken::new());
        let (of_report, until) = (span.clone(), cancel.clone());
        self.spawn(Task::Report(run), async move {
            Done::Report(Box::new(report(core, run, of_report, inbox, commands, until).await))
        });
        let sensitive = Arc::new(Sensitive::new(sensitive));
        let in_hand = RunInHand {
            span,
            sensitive,
            templates: Arc::default(),
            news,
            waiters: Vec::new(),
            cancellers: Vec::new(),
            ending: false,
            held: false,
            cancel,
        };
        self.runs.insert(run, in_hand);
        self.core.unstall(run);
    }

    fn wait_run(&mut self, run: RunId, reply: Reply<Awaited>) {
        match self.runs.get_mut(&run) {
            Some(run) => run.waiters.push(reply),
            None => answer(reply, Awaited::Unknown),
        }
    }

    fn wait_cancelled(&mut self, run: RunId, reply: Reply<Awaited>) {
        let holds = self.machine.holds_of(run);
        match self.runs.get_mut(&run) {
            Some(run) if run.held || holds => answer(reply, Awaited::Held),
            Some(run) => run.cancellers.push(reply),
            None => answer(reply, Awaited::Unknown),
        }
    }

    /// The end of an execution is held: whoever has cancelled it, or its run, need not wait until there is room.
    fn hold(&mut self, execution: ExecutionId) {
        self.feed(Event::EndRefused { execution });
        for waiter in self.waiters.remove(&execution).unwrap_or_default() {
            answer(waiter, Ok(()));
        }
        let run = self.machine.run_of(execution).and_then(|run| self.runs.get_mut(&run));
        run.into_iter().for_each(RunInHand::let_cancellers_go);
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
                    if let Some((_, cancel)) = self.jobs.get(&execution) {
                        cancel.cancel();
                    }
                }
                Effect::FinishQueued { run, execution, why } => {
                    leaving.entry((run, why)).or_default().push(execution);
                }
                Effect::FinishRun { run, end } => self.end_run(run, end),
                Effect::Answer { answer: given, .. } => {
                    if let Some(reply) = self.asking.take() {
                        answer(reply, self.money(given));
                    }
                }
                Effect::Refuse { run, execution, refusal } => self.refuse(run, execution, &refusal),
                Effect::Warn { budget, percent } => self.warn(budget, percent),
            }
        }
        for ((run, why), executions) in leaving {
            self.leave_queue(run, why, executions);
        }
    }

    fn money(&self, given: Answer) -> Money {
        match given {
            Answer::Granted => Money::Granted,
            Answer::Wait => Money::Wait,
            Answer::Refused(refusal) => Money::Refused(refusal, self.budget_of(&refusal).cloned()),
        }
    }

    fn budget_of(&self, refusal: &Refusal) -> Option<&Budget> {
        match refusal.cap {
            Cap::Budget(id) => self.machine.budget(id),
            Cap::Run => None,
        }
    }

    /// Ends what waited for money that will never be there.
    fn refuse(&mut self, run: RunId, execution: ExecutionId, refusal: &Refusal) {
        let Some(news) = self.runs.get(&run).map(|run| run.news.clone()) else { return };
        let (core, failure) = (Arc::clone(&self.core), refused(refusal, self.budget_of(refusal), None));
        let commands = self.commands.clone();
        self.spawn(Task::Leaving(vec![execution]), async move {
            let left =
                leave_queue(&core, execution, Some(failure), &news, || end_refused(&commands, execution))
                    .await;
            Done::Leaving(vec![(execution, left.map_or(End::Uncommitted, |()| End::Failed))])
        });
    }

    /// Tells that a budget is nearly used up, or is.
    fn warn(&mut self, budget: BudgetId, percent: u8) {
        let today = self.core.ports.calendar.day(self.core.ports.clock.now());
        let state = self.machine.budgets(today).into_iter().find(|state| state.budget.id == budget);
        if let Some(state) = state {
            self.core.ports.events.publish(EventBody::Alert { alert: BudgetAlert { state, percent } });
        }
    }

    fn execute(&mut self, run: RunId, execution: ExecutionId, choice: u8, tries: u32) {
        let Some(in_hand) = self.runs.get(&run) else { return };
        self.last_job += 1;
        let (id, cancel) = (JobId(self.last_job), CancellationToken::new());
        let job = Job {
            core: Arc::clone(&self.core),
            execution,
            run_span: in_hand.span.clone(),
            id,
            may_be_stopped: self.machine.may_stop(run),
            choice,
            tries,
            sensitive: Arc::clone(&in_hand.sensitive),
            templates: Arc::clone(&in_hand.templates),
            cancel: cancel.clone(),
            news: in_hand.news.clone(),
            commands: self.commands.clone(),
        };
        self.jobs.insert(execution, (id, cancel));
        self.spawn(Task::Execution(execution), async move { Done::Execution(job.execute().await) });
    }

    fn is_under_way(&self, execution: ExecutionId, job: JobId) -> bool {
        self.jobs.get(&execution).is_some_and(|(id, _)| *id == job)
    }

    fn leave_queue(&mut self, run: RunId, why: Leave, executions: Vec<ExecutionId>) {
        let Some(news) = self.runs.get(&run).map(|run| run.news.clone()) else { return };
        let (core, commands) = (Arc::clone(&self.core), self.commands.clone());
        self.spawn(Task::Leaving(executions.clone()), async move {
            let (core, news, commands) = (&core, &news, &commands);
            let leaving = futures::stream::iter(executions)
                .map(|execution| async move {
                    let failure = match why {
                        Leave::Cancelled => None,
                        Leave::CircuitOpen => Some(left_alone()),
                    };
                    let end = if failure.is_some() { End::Failed } else { End::Well };
                    let refused = || end_refused(commands, execution);
                    let left = leave_queue(core, execution, failure, news, refused).await;
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
                self.jobs.remove(&execution);
                match done {
                    Some(Done::Execution(left)) => self.take_up(execution, left),
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
                let Some(RunInHand { waiters, cancellers, .. }) = self.runs.remove(&run) else { return };
                self.feed(Event::RunClosed { run });
                if result.is_err() {
                    self.core.stall(run);
                }
                for waiter in waiters.into_iter().chain(cancellers) {
                    answer(waiter, Awaited::Ended(Box::new(result.clone())));
                }
            }
        }
    }

    /// Goes on with what a job left behind.
    fn take_up(&mut self, execution: ExecutionId, left: Left) {
        let Left { sign, cost, end } = left;
        if end == JobEnd::StartRefused {
            self.feed(Event::Paid { execution, cost });
            self.feed(Event::StartRefused { execution });
            return;
        }
        // It may have said so before, and not have been heard yet.
        self.feed(Event::AttemptEnded { execution, sign });
        if !matches!(end, JobEnd::ShortOfMoney(_)) {
            self.feed(Event::Paid { execution, cost });
        }
        match end {
            JobEnd::Again { wait, degrade } => {
                self.feed(Event::AttemptToRepeat { execution, wait, degrade });
            }
            JobEnd::StartRefused => {}
            JobEnd::ShortOfMoney(ask) => self.feed(Event::WaitsForMoney { execution, ask }),
            JobEnd::Ended(end) => self.end_execution(execution, end),
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

/// The end of an execution that never left the queue is held.
fn end_refused(commands: &mpsc::UnboundedSender<Command>, execution: ExecutionId) {
    // The actor outlives its tasks.
    let _ = commands.send(Command::EndRefused(execution, None));
}

/// Why an execution fails whose model is left alone.
fn left_alone() -> Failure {
    Failure::new(
        ErrorClass::CircuitOpen,
        "the model failed too often one time after the other, and is left alone for a while",
        "Run it again a little later, or on another model.",
    )
}

async fn until(wake: Option<Duration>) {
    tokio::time::sleep(wake.unwrap_or_default()).await;
}

/// Whoever asked may have stopped waiting, which is no matter.
fn answer<T>(reply: Reply<T>, answer: T) {
    let _ = reply.send(answer);
}

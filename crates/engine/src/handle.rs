//! The engine as its callers see it.

use crate::{
    actor::{Actor, Awaited, Command},
    core::Core,
    live::LiveText,
    machine::{Budgets, Load, Models, Terms},
    settings::Settings,
    tally::Tally,
};
use formaops_domain::{
    Budget, BudgetState, Calendar, ErrorClass, Execution, ExecutionId, Failure, JsonObject, ModelRef,
    NanoUsd, OutputPart, Priority, Replay, Run, RunId, RunStatus,
    ports::{Asks, Clock, EventSink, Ids, Providers, RunStore, TokenCounter},
};
use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    num::NonZeroU32,
    sync::Arc,
};
use tokio::sync::{mpsc, oneshot};

/// What the engine needs from the outside.
#[derive(Clone)]
pub struct Ports {
    /// Keeps runs, executions and attempts.
    pub store: Arc<dyn RunStore>,
    /// Finds the provider of a model.
    pub providers: Arc<dyn Providers>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Names attempts.
    pub ids: Arc<dyn Ids>,
    /// Hears of everything that happens.
    pub events: Arc<dyn EventSink>,
    /// Counts tokens where the provider did not.
    pub tokens: Arc<dyn TokenCounter>,
    /// Finds out what rules ask for.
    pub asks: Arc<dyn Asks>,
    /// Knows the days that money is counted by.
    pub calendar: Calendar,
}

/// A run to be executed. It is in the store already, with its executions pending.
#[derive(Clone)]
pub struct Submission {
    /// The run.
    pub run: RunId,
    /// On which terms it is executed.
    pub terms: Terms,
    /// Its executions in order, each with its models.
    pub executions: Vec<(ExecutionId, Models)>,
    /// The most that the run may cost, and what it has cost so far.
    pub cap: (Option<NanoUsd>, NanoUsd),
    /// The run whose rules need it, for whose cap it counts as well.
    pub needed_by: Option<RunId>,
    /// The true values of inputs that are stored masked. They stay in memory, and are taken out of
    /// everything that is stored or shown.
    pub sensitive: JsonObject,
}

impl Submission {
    /// A run in the background, with nothing sensitive.
    #[must_use]
    pub fn new<'a>(run: &Run, executions: impl IntoIterator<Item = &'a Execution>) -> Self {
        let executions = executions.into_iter().map(|execution| (execution.id, &execution.model));
        Self::of(run, executions)
    }

    /// The same of a run whose executions are known by their id and model.
    #[must_use]
    pub fn of<'a>(run: &Run, executions: impl IntoIterator<Item = (ExecutionId, &'a ModelRef)>) -> Self {
        let mut chains: BTreeMap<&ModelRef, Models> = BTreeMap::new();
        let fallbacks = || run.fallbacks.iter().map(|fallback| fallback.model.clone());
        let recordings: Option<Models> = (run.replay == Replay::Only).then(|| Arc::from([recordings()]));
        let mut chain = |model: &'a ModelRef| {
            let whole = || match &recordings {
                Some(recordings) => Arc::clone(recordings),
                None => std::iter::once(model.clone()).chain(fallbacks()).collect(),
            };
            Arc::clone(chains.entry(model).or_insert_with(whole))
        };
        let executions = executions.into_iter().map(|(id, model)| (id, chain(model))).collect();
        let terms = Terms {
            priority: run.priority,
            watched: false,
            concurrency: run.concurrency.or(recordings.and(REPLAYED_AT_ONCE)),
            fail_fast: run.fail_fast,
            paused: run.status == RunStatus::Paused,
            needed: run.parent.is_some(),
        };
        let cap = (run.cap_usd, run.progress.spent());
        let needed_by = run.parent.map(|parent| parent.run_id);
        Self { run: run.id, terms, executions, cap, needed_by, sensitive: JsonObject::new() }
    }
}

/// How many executions of a run that calls no model are under way at once.
const REPLAYED_AT_ONCE: Option<NonZeroU32> = NonZeroU32::new(64);

/// What a run that calls no model waits for: no limit, allowance or circuit of a model is any of its business.
fn recordings() -> ModelRef {
    ModelRef { provider: "recordings".to_owned(), model: "replay".to_owned() }
}

/// Shows no value of a sensitive input.
impl fmt::Debug for Submission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submission")
            .field("run", &self.run)
            .field("terms", &self.terms)
            .field("cap", &self.cap)
            .field("executions", &self.executions)
            .field("sensitive", &self.sensitive.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// Why the engine did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The engine was shut down.
    #[error("the engine was shut down")]
    Stopped,
    /// Executions cannot be added any more.
    #[error("`{run}` is just ending: submit it again once it has ended")]
    RunEnding {
        /// The run.
        run: RunId,
    },
    /// Nothing of it is under way, but it has not ended in the store: where it was submitted, the
    /// store could not keep some end.
    #[error("`{run}` is not complete: nothing of it is under way, but the store has not kept its end")]
    Uncommitted {
        /// The run.
        run: RunId,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Failure),
}

/// Executes runs. Cheap to clone; every clone is the same engine.
///
/// It works until [`Engine::shutdown`], also when no clone is left.
#[derive(Clone)]
pub struct Engine {
    core: Arc<Core>,
    commands: mpsc::UnboundedSender<Command>,
}

impl Engine {
    /// Starts an engine on the current runtime.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[must_use]
    pub fn start(ports: Ports, settings: Settings, budgets: Budgets) -> Self {
        let core = Arc::new(Core::new(ports, &settings));
        let commands = Actor::start(Arc::clone(&core), settings, budgets);
        Self { core, commands }
    }

    /// Puts executions into the queue, and answers once they are there. Executions submitted for a
    /// run that is under way are added to it, and those that are there already are left alone.
    ///
    /// # Errors
    /// [`EngineError::RunEnding`] where the run is just being ended.
    pub async fn submit(&self, submission: Submission) -> Result<(), EngineError> {
        self.ask(|reply| Command::Submit(submission, reply)).await?
    }

    /// Cancels what is left of a run, and answers the run once that is committed. What has ended
    /// stays as it is.
    ///
    /// While the store refuses to be written the run is answered as it is stored: its calls are closed and nothing of it
    /// starts any more, but its end is held in memory, and kept as soon as the store takes it. Only where the process
    /// is killed before, the next start finds the run as it was.
    ///
    /// # Errors
    /// Where there is no such run, it was not submitted, or the store could not keep its end.
    pub async fn cancel_run(&self, run: RunId) -> Result<Run, EngineError> {
        match self.ask(|reply| Command::CancelRun(run, reply)).await? {
            Awaited::Held => Ok(self.core.ports.store.get_run(run).await?),
            awaited => self.ended(run, awaited).await,
        }
    }

    /// Has a run start nothing more until it is resumed; what is on the wire goes on. Answers the run once that is
    /// committed. One that has ended stays as it is.
    ///
    /// While the store refuses to be written the run is answered as it is stored: it starts nothing any more, and that
    /// it is paused is kept as soon as the store takes it. Only where the process is killed before, the next start finds
    /// the run as it was.
    ///
    /// # Errors
    /// Where there is no such run, or the store fails otherwise; the run then goes on.
    pub async fn pause_run(&self, run: RunId) -> Result<Run, EngineError> {
        let mut unkept = self.core.unkept_pauses.lock().await;
        self.ask(|reply| Command::PauseRun(run, true, reply)).await?;
        let paused = match self.set_paused(run, true, &mut unkept).await {
            Err(EngineError::Store(failure)) if failure.class == ErrorClass::NotWritable => {
                self.pause_unkept(run, &mut unkept).await
            }
            paused => paused,
        };
        if paused.is_err() {
            self.ask(|reply| Command::PauseRun(run, false, reply)).await?;
        }
        paused
    }

    /// Has the pause of a run kept as soon as there is room, unless it is resumed before.
    async fn pause_unkept(&self, run: RunId, unkept: &mut HashSet<RunId>) -> Result<Run, EngineError> {
        let stored = self.core.ports.store.get_run(run).await?;
        if stored.status.is_terminal() || !unkept.insert(run) {
            return Ok(stored);
        }
        let core = Arc::clone(&self.core);
        tokio::spawn(async move {
            let keep = async || {
                let mut unkept = core.unkept_pauses.lock().await;
                if !unkept.contains(&run) {
                    return Ok(None);
                }
                let paused = core.ports.store.set_paused(run, true).await?;
                unkept.remove(&run);
                Ok(Some(paused))
            };
            match core.keep(keep, |_| {}).await {
                Ok(paused) => paused.iter().for_each(|run| core.tell_run(run)),
                Err(failure) => {
                    core.unkept_pauses.lock().await.remove(&run);
                    tracing::warn!(%run, class = ?failure.class, "a pause could not be kept");
                }
            }
        });
        Ok(stored)
    }

    /// Has a paused run go on, and answers it once that is committed. One that is not paused stays as it is.
    ///
    /// # Errors
    /// Where there is no such run, or the store could not keep that; the run then stays paused.
    pub async fn resume_run(&self, run: RunId) -> Result<Run, EngineError> {
        let mut unkept = self.core.unkept_pauses.lock().await;
        let resumed = self.set_paused(run, false, &mut unkept).await?;
        self.ask(|reply| Command::PauseRun(run, false, reply)).await?;
        Ok(resumed)
    }

    async fn set_paused(
        &self,
        run: RunId,
        paused: bool,
        unkept: &mut HashSet<RunId>,
    ) -> Result<Run, EngineError> {
        let stored = self.core.ports.store.set_paused(run, paused).await?;
        unkept.remove(&run);
        self.core.tell_run(&stored);
        Ok(stored)
    }

    /// Cancels an execution, and answers once that is committed, or held in memory because the store refuses to be
    /// written. One that has ended stays as it is.
    ///
    /// # Errors
    /// [`EngineError::Uncommitted`] where the store could not keep its end.
    pub async fn cancel_execution(&self, execution: ExecutionId) -> Result<(), EngineError> {
        self.ask(|reply| Command::CancelExecution(execution, reply)).await?
    }

    /// Cancels what of a run has not begun; what is on the wire goes on. The run is over once that has ended.
    ///
    /// # Errors
    /// [`EngineError::Stopped`]
    pub async fn stop_run(&self, run: RunId) -> Result<(), EngineError> {
        self.ask(|reply| Command::StopRun(run, reply)).await
    }

    /// Waits until a run has ended, and answers it as it then is; one that has ended is answered at once.
    ///
    /// # Errors
    /// Where there is no such run, it was not submitted, or the store could not keep its end.
    pub async fn wait_run(&self, run: RunId) -> Result<Run, EngineError> {
        let ended = self.ask(|reply| Command::WaitRun(run, reply)).await?;
        self.ended(run, ended).await
    }

    /// Whether nothing of a run is under way though it has not ended, because the store has refused some end for
    /// good. It stays so until it is submitted again, and a change of the run is told when it becomes so.
    #[must_use]
    pub fn is_stalled(&self, run: RunId) -> bool {
        self.core.is_stalled(run)
    }

    /// A text of an execution from `offset` on, while it comes; `None` once the store has it.
    ///
    /// Text is here before its chunk is sent as an event, so a reader who subscribes first and then
    /// asks misses nothing.
    #[must_use]
    pub fn live_output(&self, execution: ExecutionId, part: OutputPart, offset: u64) -> Option<LiveText> {
        self.core.live(execution).map(|live| live.part(part).from(offset))
    }

    /// Sets how it works from now on. What is on the wire goes on as it began.
    ///
    /// # Errors
    /// [`EngineError::Stopped`]
    pub async fn set_settings(&self, settings: Settings) -> Result<(), EngineError> {
        self.ask(|reply| Command::SetSettings(Box::new(settings), reply)).await
    }

    /// Has runs of less than this priority start nothing from now on; with `None`, any run. What is on the wire goes on.
    ///
    /// # Errors
    /// [`EngineError::Stopped`]
    pub async fn set_least_priority(&self, least: Option<Priority>) -> Result<(), EngineError> {
        self.ask(|reply| Command::SetLeast(least, reply)).await
    }

    /// Sets the budgets that hold from now on, each with what had been spent in its scope when it was made. What is on
    /// the wire stays there; what waits for money may go on.
    ///
    /// # Errors
    /// [`EngineError::Stopped`]
    pub async fn set_budgets(&self, budgets: Vec<(Budget, NanoUsd)>) -> Result<(), EngineError> {
        self.ask(|reply| Command::SetBudgets(budgets, reply)).await
    }

    /// The budgets as they stand now, oldest first.
    ///
    /// # Errors
    /// [`EngineError::Stopped`]
    pub async fn budgets(&self) -> Result<Vec<BudgetState>, EngineError> {
        self.ask(Command::Budgets).await
    }

    /// Sets what a run may cost, where it is in hand.
    ///
    /// # Errors
    /// [`EngineError::Stopped`]
    pub async fn set_run_cap(&self, run: RunId, cap: Option<NanoUsd>) -> Result<(), EngineError> {
        self.ask(|reply| Command::SetRunCap(run, cap, reply)).await
    }

    /// What is running and waiting now.
    ///
    /// # Errors
    /// [`EngineError::Stopped`]
    pub async fn status(&self) -> Result<Load, EngineError> {
        self.ask(Command::Status).await
    }

    /// How executions have ended since it was started.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.core.tally()
    }

    /// Stops, within two seconds. What waits stays pending in the store. Calls on the wire are closed
    /// and what came is kept, but they are not told as ended: the next start finds them interrupted,
    /// as after a kill. What has left the wire is committed.
    pub async fn shutdown(&self) {
        // An engine that has stopped before needs no second time.
        let _ = self.ask(Command::Shutdown).await;
    }

    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Result<T, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(command(reply)).map_err(|_| EngineError::Stopped)?;
        answer.await.map_err(|_| EngineError::Stopped)
    }

    async fn ended(&self, run: RunId, awaited: Awaited) -> Result<Run, EngineError> {
        if let Awaited::Ended(ended) = awaited {
            return *ended;
        }
        let stored = self.core.ports.store.get_run(run).await?;
        if stored.status.is_terminal() { Ok(stored) } else { Err(EngineError::Uncommitted { run }) }
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

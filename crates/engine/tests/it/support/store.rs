//! A store in memory that refuses impossible transitions, and can be slow, stalled, failing or broken.

use super::journal::{Entry, Journal};
use bytes::Bytes;
use formaops_domain::{
    AttachmentHash, Attempt, AttemptStatus, Content, ErrorClass, Execution, ExecutionId, ExecutionStatus,
    Failure, LogEntry, RequestHash, Retry, Run, RunId, RunProgress, RunStatus, Timestamp,
    ports::{Contest, Contestant, LateVerdict, Outcome, RecordedAnswer, RecordingPart, RunStore, Work},
};
use futures::future::BoxFuture;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::sync::watch;

/// The calls of the store that can be told to misbehave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum StoreCall {
    Load,
    LoadPartials,
    LoadAttachment,
    Start,
    Append,
    Finish,
    LeaveQueue,
    Pause,
    FinishRun,
    LoadContests,
    KeepLate,
    GetRun,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// This many times, for good.
    Fails(u32),
    /// This many times, for want of room.
    Refuses(u32),
    Panics,
}

#[derive(Default)]
struct State {
    works: BTreeMap<ExecutionId, Work>,
    outputs: BTreeMap<ExecutionId, String>,
    partials: BTreeMap<RunId, Vec<(String, Content)>>,
    partial_loads: BTreeMap<RunId, u32>,
    runs: BTreeMap<RunId, Run>,
    faults: HashMap<StoreCall, Fault>,
    attachments: HashMap<AttachmentHash, Bytes>,
    recordings: HashMap<(RequestHash, u32), RecordedAnswer>,
}

pub(crate) struct FakeStore {
    journal: Arc<Journal>,
    state: Mutex<State>,
    /// The calls that wait until they are let through.
    stalled: watch::Sender<Vec<StoreCall>>,
    /// How long a commit takes.
    commit: Mutex<Duration>,
}

impl FakeStore {
    pub(crate) fn new(journal: Arc<Journal>) -> Self {
        Self {
            journal,
            state: Mutex::default(),
            stalled: watch::Sender::default(),
            commit: Mutex::new(Duration::ZERO),
        }
    }

    pub(crate) fn insert(&self, work: Work) {
        self.state().works.insert(work.execution.id, work);
    }

    pub(crate) fn insert_attachment(&self, bytes: &'static [u8]) {
        self.state().attachments.insert(AttachmentHash::of(bytes), Bytes::from_static(bytes));
    }

    /// What the templates of a run call by name.
    pub(crate) fn insert_partial(&self, run: RunId, name: &str, content: Content) {
        self.state().partials.entry(run).or_default().push((name.to_owned(), content));
    }

    /// What was answered to a request before.
    pub(crate) fn insert_recorded(&self, request: RequestHash, repeat: u32, answer: RecordedAnswer) {
        self.state().recordings.insert((request, repeat), answer);
    }

    /// How often the partials of a run were asked for.
    pub(crate) fn partial_loads(&self, run: RunId) -> u32 {
        self.state().partial_loads.get(&run).copied().unwrap_or_default()
    }

    pub(crate) fn insert_run(&self, run: Run) {
        self.state().runs.insert(run.id, run);
    }

    pub(crate) fn execution(&self, id: ExecutionId) -> Execution {
        self.state().works[&id].execution.clone()
    }

    pub(crate) fn commits_take(&self, time: Duration) {
        *self.commit.lock().unwrap() = time;
    }

    pub(crate) fn stall(&self, call: StoreCall) {
        self.stalled.send_modify(|stalled| stalled.push(call));
    }

    pub(crate) fn go_on(&self) {
        self.stalled.send_modify(Vec::clear);
    }

    pub(crate) fn fail(&self, call: StoreCall, times: u32) {
        self.state().faults.insert(call, Fault::Fails(times));
    }

    /// The disk is full for so many calls.
    pub(crate) fn refuse(&self, call: StoreCall, times: u32) {
        self.state().faults.insert(call, Fault::Refuses(times));
    }

    /// There is room again.
    pub(crate) fn make_room(&self) {
        self.state().faults.clear();
    }

    pub(crate) fn panic_at(&self, call: StoreCall) {
        self.state().faults.insert(call, Fault::Panics);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Takes the time of the call, and fails it where it was told to.
    async fn pass(&self, call: StoreCall) -> Result<(), Failure> {
        let mut stalled = self.stalled.subscribe();
        stalled.wait_for(|calls| !calls.contains(&call)).await.unwrap();
        let time = *self.commit.lock().unwrap();
        if !time.is_zero() {
            tokio::time::sleep(time).await;
        }
        let fault = self.state().faults.get(&call).copied();
        match fault {
            None | Some(Fault::Fails(0) | Fault::Refuses(0)) => Ok(()),
            Some(Fault::Fails(times)) => {
                self.fail(call, times - 1);
                let hint = "Report it.";
                Err(Failure::new(ErrorClass::Storage, "a stored value cannot be read", hint))
            }
            Some(Fault::Refuses(times)) => {
                self.refuse(call, times.saturating_sub(u32::from(times < u32::MAX)));
                Err(Failure::new(ErrorClass::NotWritable, "the disk is full", "Free some space."))
            }
            Some(Fault::Panics) => panic!("the store was told to break at {call:?}"),
        }
    }

    fn change(
        &self,
        id: ExecutionId,
        from: ExecutionStatus,
        change: impl FnOnce(&mut Execution),
    ) -> Execution {
        let mut state = self.state();
        let execution = &mut state.works.get_mut(&id).unwrap().execution;
        assert_eq!(execution.status, from, "an impossible transition of {id}");
        change(execution);
        execution.clone()
    }
}

impl RunStore for FakeStore {
    fn load_work(&self, execution: ExecutionId, _: bool) -> BoxFuture<'_, Result<Work, Failure>> {
        Box::pin(async move {
            self.pass(StoreCall::Load).await?;
            Ok(self.state().works[&execution].clone())
        })
    }

    fn load_partials(&self, run: RunId) -> BoxFuture<'_, Result<Vec<(String, Content)>, Failure>> {
        Box::pin(async move {
            self.pass(StoreCall::LoadPartials).await?;
            let mut state = self.state();
            *state.partial_loads.entry(run).or_default() += 1;
            Ok(state.partials.get(&run).cloned().unwrap_or_default())
        })
    }

    fn load_attachment(&self, hash: AttachmentHash) -> BoxFuture<'_, Result<Bytes, Failure>> {
        Box::pin(async move {
            self.pass(StoreCall::LoadAttachment).await?;
            Ok(self.state().attachments[&hash].clone())
        })
    }

    fn find_recorded(
        &self,
        request: RequestHash,
        repeat: u32,
    ) -> BoxFuture<'_, Result<Option<RecordedAnswer>, Failure>> {
        Box::pin(async move { Ok(self.state().recordings.get(&(request, repeat)).cloned()) })
    }

    fn start_attempt(&self, attempt: Attempt, _: Vec<LogEntry>) -> BoxFuture<'_, Result<Execution, Failure>> {
        Box::pin(async move {
            self.pass(StoreCall::Start).await?;
            let execution = self.change(attempt.execution_id, ExecutionStatus::Pending, |execution| {
                execution.status = ExecutionStatus::Running;
                execution.started_at = Some(attempt.started_at);
                execution.retry = None;
            });
            if let Some(run) = self.state().runs.get_mut(&execution.run_id)
                && run.status == RunStatus::Pending
            {
                run.status = RunStatus::Running;
            }
            self.journal.add(Entry::Started(Box::new(attempt)));
            Ok(execution)
        })
    }

    fn append_recording(&self, part: RecordingPart) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async move {
            self.pass(StoreCall::Append).await?;
            self.journal.add(Entry::Appended(part));
            Ok(())
        })
    }

    fn finish_attempt<'a>(&'a self, outcome: &'a Outcome) -> BoxFuture<'a, Result<Execution, Failure>> {
        Box::pin(async move {
            self.pass(StoreCall::Finish).await?;
            let execution = self.change(outcome.execution, ExecutionStatus::Running, |execution| {
                execution.status = match outcome.status {
                    AttemptStatus::Succeeded => ExecutionStatus::Completed,
                    AttemptStatus::Failed => ExecutionStatus::Failed,
                    AttemptStatus::Cancelled => ExecutionStatus::Cancelled,
                    AttemptStatus::Running | AttemptStatus::Interrupted => panic!("no end of an attempt"),
                };
                execution.failure = outcome.failure.clone();
                execution.metrics = outcome.metrics.clone();
                execution.finish = outcome.finish.clone();
                execution.answered_by.clone_from(&outcome.answered_by);
                execution.validation_status = outcome.validation_status;
                execution.validations.clone_from(&outcome.validations);
                execution.completed_at = Some(outcome.completed_at);
            });
            self.state().outputs.insert(outcome.execution, outcome.output.clone());
            self.journal.add(Entry::Finished(Box::new(outcome.clone())));
            Ok(execution)
        })
    }

    fn retry_attempt<'a>(
        &'a self,
        outcome: &'a Outcome,
        retry: Retry,
    ) -> BoxFuture<'a, Result<Execution, Failure>> {
        Box::pin(async move {
            self.pass(StoreCall::Finish).await?;
            let execution = self.change(outcome.execution, ExecutionStatus::Running, |execution| {
                execution.status = ExecutionStatus::Pending;
                execution.started_at = None;
                execution.retry = Some(retry);
            });
            if let Some(work) = self.state().works.get_mut(&outcome.execution) {
                work.attempt_number += 1;
            }
            self.journal.add(Entry::Finished(Box::new(outcome.clone())));
            Ok(execution)
        })
    }

    fn finish_queued(
        &self,
        execution: ExecutionId,
        failure: Option<Failure>,
        at: Timestamp,
    ) -> BoxFuture<'_, Result<Execution, Failure>> {
        Box::pin(async move {
            self.pass(StoreCall::LeaveQueue).await?;
            let ended = self.change(execution, ExecutionStatus::Pending, |execution| {
                let failed = failure.is_some();
                execution.status = if failed { ExecutionStatus::Failed } else { ExecutionStatus::Cancelled };
                execution.failure = failure;
                execution.retry = None;
                execution.completed_at = Some(at);
            });
            self.journal.add(Entry::LeftQueue(execution));
            Ok(ended)
        })
    }

    fn set_paused(&self, run: RunId, paused: bool) -> BoxFuture<'_, Result<Run, Failure>> {
        Box::pin(async move {
            self.pass(StoreCall::Pause).await?;
            let mut read = self.read(run)?;
            if !read.status.is_terminal() {
                read.status = if paused { RunStatus::Paused } else { RunStatus::Running };
                self.state().runs.insert(run, read.clone());
            }
            Ok(read)
        })
    }

    fn load_contests(
        &self,
        run: RunId,
        after: Option<(u32, u32)>,
    ) -> BoxFuture<'_, Result<Vec<Contest>, Failure>> {
        Box::pin(async move {
            self.pass(StoreCall::LoadContests).await?;
            let state = self.state();
            let completed = state.works.values().filter(|Work { execution, .. }| {
                execution.run_id == run && execution.status == ExecutionStatus::Completed
            });
            let answers: Vec<_> = completed
                .map(|work| Contestant {
                    execution: work.execution.clone(),
                    output: state.outputs[&work.execution.id].clone(),
                    validations: Arc::clone(&work.validations),
                    threshold: work.threshold,
                })
                .collect();
            let is_open = |answer: &Contestant| {
                answer.execution.validation_status == formaops_domain::ValidationStatus::Pending
            };
            // All runs of these tests have one case.
            let is_next = after.is_none() && answers.iter().any(is_open);
            Ok(is_next.then(|| Contest { inputs: Arc::default(), answers }).into_iter().collect())
        })
    }

    fn keep_late<'a>(
        &'a self,
        _: RunId,
        verdicts: &'a [LateVerdict],
    ) -> BoxFuture<'a, Result<Vec<Execution>, Failure>> {
        Box::pin(async move {
            self.pass(StoreCall::KeepLate).await?;
            let keep = |verdict: &LateVerdict| {
                self.change(verdict.execution, ExecutionStatus::Completed, |execution| {
                    execution.validation_status = verdict.status;
                    execution.validations.extend(verdict.results.clone());
                    execution.score = verdict.score;
                })
            };
            Ok(verdicts.iter().map(keep).collect())
        })
    }

    fn finish_run(
        &self,
        run: RunId,
        status: RunStatus,
        at: Timestamp,
    ) -> BoxFuture<'_, Result<Run, Failure>> {
        Box::pin(async move {
            self.pass(StoreCall::FinishRun).await?;
            let mut read = self.read(run)?;
            let progress = read.progress;
            assert_eq!(progress.pending + progress.running, 0, "a run ends after its executions");
            (read.status, read.completed_at) = (status, Some(at));
            self.state().runs.insert(run, read.clone());
            self.journal.add(Entry::RunFinished(run, status));
            Ok(read)
        })
    }

    fn get_run(&self, run: RunId) -> BoxFuture<'_, Result<Run, Failure>> {
        Box::pin(async move {
            self.pass(StoreCall::GetRun).await?;
            self.read(run)
        })
    }
}

impl FakeStore {
    fn read(&self, id: RunId) -> Result<Run, Failure> {
        let state = self.state();
        let executions = state.works.values().map(|work| &work.execution);
        let progress = RunProgress::of(executions.filter(|execution| execution.run_id == id));
        let unknown =
            || Failure::new(ErrorClass::Storage, format!("there is no `{id}`"), "Look for another.");
        state.runs.get(&id).map(|run| Run { progress, ..run.clone() }).ok_or_else(unknown)
    }
}

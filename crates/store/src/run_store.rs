//! The engine's port onto the store.

use crate::Store;
use bytes::Bytes;
use formaops_domain::{
    AttachmentHash, Attempt, Content, Execution, ExecutionId, Failure, LogEntry, RequestHash, Retry, Run,
    RunId, RunStatus, Timestamp,
    ports::{Contest, LateVerdict, Outcome, RecordedAnswer, RecordingPart, RunStore, Work},
};
use futures::{FutureExt, TryFutureExt, future::BoxFuture};

impl RunStore for Store {
    fn load_work(&self, execution: ExecutionId, again: bool) -> BoxFuture<'_, Result<Work, Failure>> {
        self.load(execution, again).map_err(Failure::from).boxed()
    }

    fn load_partials(&self, run: RunId) -> BoxFuture<'_, Result<Vec<(String, Content)>, Failure>> {
        self.list_partial_contents(run).map_err(Failure::from).boxed()
    }

    fn load_attachment(&self, hash: AttachmentHash) -> BoxFuture<'_, Result<Bytes, Failure>> {
        self.get_attachment(hash).map_ok(Bytes::from).map_err(Failure::from).boxed()
    }

    fn find_recorded(
        &self,
        request: RequestHash,
        repeat: u32,
    ) -> BoxFuture<'_, Result<Option<RecordedAnswer>, Failure>> {
        self.find_recorded(request, repeat).map_err(Failure::from).boxed()
    }

    fn start_attempt(
        &self,
        attempt: Attempt,
        log: Vec<LogEntry>,
    ) -> BoxFuture<'_, Result<Execution, Failure>> {
        self.start_attempt(attempt, log).map_err(Failure::from).boxed()
    }

    fn append_recording(&self, part: RecordingPart) -> BoxFuture<'_, Result<(), Failure>> {
        self.append_recording(part).map_err(Failure::from).boxed()
    }

    fn finish_attempt<'a>(&'a self, outcome: &'a Outcome) -> BoxFuture<'a, Result<Execution, Failure>> {
        self.finish_attempt(outcome).map_err(Failure::from).boxed()
    }

    fn retry_attempt<'a>(
        &'a self,
        outcome: &'a Outcome,
        retry: Retry,
    ) -> BoxFuture<'a, Result<Execution, Failure>> {
        self.retry_attempt(outcome, retry).map_err(Failure::from).boxed()
    }

    fn finish_queued(
        &self,
        execution: ExecutionId,
        failure: Option<Failure>,
        at: Timestamp,
    ) -> BoxFuture<'_, Result<Execution, Failure>> {
        self.finish_queued(execution, failure, at).map_err(Failure::from).boxed()
    }

    fn set_paused(&self, run: RunId, paused: bool) -> BoxFuture<'_, Result<Run, Failure>> {
        self.write(move |connection| Box::pin(crate::run::set_paused(connection, run, paused)))
            .map_err(Failure::from)
            .boxed()
    }

    fn load_contests(
        &self,
        run: RunId,
        after: Option<(u32, u32)>,
    ) -> BoxFuture<'_, Result<Vec<Contest>, Failure>> {
        self.load_contests(run, after).map_err(Failure::from).boxed()
    }

    fn keep_late<'a>(
        &'a self,
        run: RunId,
        verdicts: &'a [LateVerdict],
    ) -> BoxFuture<'a, Result<Vec<Execution>, Failure>> {
        self.keep_late(run, verdicts).map_err(Failure::from).boxed()
    }

    fn finish_run(
        &self,
        run: RunId,
        status: RunStatus,
        at: Timestamp,
    ) -> BoxFuture<'_, Result<Run, Failure>> {
        self.write(move |connection| Box::pin(crate::run::finish(connection, run, status, at)))
            .map_err(Failure::from)
            .boxed()
    }

    fn get_run(&self, run: RunId) -> BoxFuture<'_, Result<Run, Failure>> {
        self.get_run(run).map_err(Failure::from).boxed()
    }
}

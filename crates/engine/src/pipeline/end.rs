//! How an attempt ends: it is told, tried again, or left for later.

use super::{Again, Ended, Job, JobEnd, tell};
use crate::{
    actor::Command,
    check::{Checked, Facts},
    core::{CallSettings, Core},
    reporter::News,
    retry::FailedAttempt,
    settings::FallbackStrategy,
    steps,
};
use formaops_domain::{
    AttemptStatus, ErrorClass, Execution, ExecutionId, Failure, Fallback, Feedback, Retry,
    ports::{Outcome, RecordingPart, Work},
};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;

impl Job {
    /// The attempt that follows one that failed: at the same model, or at the next of the chain.
    pub(super) fn again(&self, failed: &FailedAttempt<'_>, chain: &[Fallback], number: u32) -> Option<Again> {
        let calls = self.core.calls();
        let again = calls.retries.wait(failed).map(|wait| Again {
            attempt: number + 1,
            last: number.saturating_add(calls.retries.limit).saturating_sub(self.tries),
            wait,
            model: None,
            feedback: None,
        });
        again.or_else(|| self.degrade(&calls, failed, chain, number))
    }

    /// The first attempt at the next model of the chain, where a failure that may pass did not in time.
    fn degrade(
        &self,
        calls: &CallSettings,
        failed: &FailedAttempt<'_>,
        chain: &[Fallback],
        number: u32,
    ) -> Option<Again> {
        let next = chain.get(usize::from(self.choice))?;
        let is_wanted = calls.fallback == FallbackStrategy::Degrade && failed.may_pass();
        is_wanted.then(|| Again {
            attempt: number + 1,
            last: (number + 1).saturating_add(calls.retries.limit),
            wait: Duration::ZERO,
            model: Some(next.model.clone()),
            feedback: None,
        })
    }

    /// What the model is told where it is asked again because its answer does not hold.
    pub(super) fn feedback(&self, work: &Work, facts: &Facts, checked: &Checked) -> Option<Feedback> {
        if self.cancel.is_cancelled() {
            return None;
        }
        let before = work.execution.retry.as_ref().and_then(|retry| retry.feedback.as_ref());
        facts.feedback(checked, before.map_or(0, |feedback| feedback.round))
    }

    /// Ends the attempt, and has the execution wait for the next one.
    pub(super) async fn wait_for_next(
        &self,
        mut outcome: Outcome,
        next: Again,
        running: Execution,
    ) -> JobEnd {
        let Again { attempt, last, wait, model, feedback } = next;
        let failure = outcome.failure.clone().unwrap_or_else(|| unheld(feedback.as_ref()));
        let (at, degrade) = (outcome.completed_at.after(wait.into()), model.is_some());
        let retry = Retry { attempt, last, model, at, failure, feedback };
        steps::conclude(&mut outcome, attempt - 1, Some((&retry, wait)));
        let store = &self.core.ports.store;
        let write = || store.retry_attempt(&outcome, retry.clone());
        let committed = self.core.keep(write, |failure| self.hold(failure, &running)).await;
        if self.tell_end(committed, &running) {
            JobEnd::Again { wait, degrade }
        } else {
            JobEnd::Ended(Ended::Uncommitted)
        }
    }

    pub(super) async fn finish(&self, mut outcome: Outcome, attempt: u32, running: Execution) -> Ended {
        steps::conclude(&mut outcome, attempt, None);
        let end = if outcome.status == AttemptStatus::Failed { Ended::Failed } else { Ended::Well };
        let write = || self.core.ports.store.finish_attempt(&outcome);
        let committed = self.core.keep(write, |failure| self.hold(failure, &running)).await;
        if self.tell_end(committed, &running) { end } else { Ended::Uncommitted }
    }

    /// The end of an attempt is held in memory. It is told as it is stored: under way, with the reason why it does not
    /// end.
    fn hold(&self, failure: &Failure, running: &Execution) {
        self.tell_refused();
        let hint = "Make room on the disk of the workspace: the end is held in memory, and kept as soon as it can be. It \
                    is lost where FormaOps ends before.";
        let failure = Failure { hint: hint.to_owned(), ..failure.clone() };
        self.tell_why(failure, Some(running));
    }

    pub(super) fn tell_refused(&self) {
        // The actor outlives its jobs.
        let _ = self.commands.send(Command::EndRefused(self.execution, Some(self.id)));
    }

    /// Tells an execution as it is stored, with the reason why it gets no further.
    pub(super) fn tell_why(&self, failure: Failure, known: Option<&Execution>) {
        if let Some(known) = known {
            self.tell(&Execution { failure: Some(failure), ..known.clone() });
        }
    }

    /// Tells what became of an attempt. Answers whether that is committed.
    fn tell_end(&self, committed: Result<Execution, Failure>, running: &Execution) -> bool {
        match committed {
            Ok(execution) => {
                self.core.hide(self.execution);
                self.tell(&execution);
                true
            }
            Err(failure) => {
                // The answer can still be read from memory, and the execution is told as it is
                // stored: under way, with the reason why it is not done.
                tracing::error!(execution = %self.execution, class = ?failure.class, "an end could not be committed");
                self.tell_why(failure, Some(running));
                false
            }
        }
    }

    /// Keeps what came. The next start finds the attempt unfinished, and says that it was interrupted.
    pub(super) async fn leave_to_recovery(&self, last_part: RecordingPart) {
        if last_part.frames.is_empty() && last_part.text.is_empty() && last_part.log.is_empty() {
            return;
        }
        if let Err(failure) = self.core.ports.store.append_recording(last_part).await {
            tracing::error!(execution = %self.execution, class = ?failure.class, "a recording could not be kept");
        }
    }
}

/// Ends an execution that never left the queue; `refused` is told where that has to wait for room.
///
/// # Errors
/// Where that could not be committed.
pub(crate) async fn leave_queue(
    core: &Core,
    execution: ExecutionId,
    failure: Option<Failure>,
    news: &UnboundedSender<News>,
    refused: impl FnOnce(),
) -> Result<(), Failure> {
    let at = core.ports.clock.now();
    let write = || core.ports.store.finish_queued(execution, failure.clone(), at);
    match core.keep(write, |_| refused()).await {
        Ok(execution) => {
            tell(core, &execution, news);
            Ok(())
        }
        Err(failure) => {
            tracing::error!(%execution, class = ?failure.class, "an end could not be committed");
            Err(failure)
        }
    }
}

/// Why an answer is asked for again.
fn unheld(feedback: Option<&Feedback>) -> Failure {
    let reasons = feedback.map_or("", |feedback| feedback.reasons.trim_end());
    Failure::new(
        ErrorClass::Validation,
        format!("the answer does not hold to its rules:\n{reasons}"),
        "The model is told so, and asked again.",
    )
}

//! What comes before a call: it is held against its rules, and its money is set aside.

use super::{Ended, Job, JobEnd, Ready, Stop, all_text, leave_queue};
use crate::{
    actor::{Command, Money},
    aside::aside,
    check::Facts,
    machine::Ask,
    money::{Estimate, refused},
    prepare::{Prepared, internal},
    replay,
};
use formaops_domain::{
    Day, ErrorClass, Execution, Failure, Fallback, Metrics, ModelRef, NanoUsd, Payer, Price, Validation,
    ValidationPhase, ValidationStatus, Verdict,
    ports::{ModelRequest, Work},
};
use futures::FutureExt;
use std::{panic::AssertUnwindSafe, sync::Arc};
use tokio::sync::oneshot;

impl Job {
    /// Finds the recording that is the answer, or sets aside what asking for it can cost.
    pub(super) async fn ready(
        &self,
        work: &Work,
        asked: Fallback,
        prepared: Prepared,
    ) -> Result<Ready, Stop> {
        let recorded = self.before_sending(replay::find(&self.core, work, &prepared)).await?;
        let (reserved_usd, day) = match &recorded {
            Some(_) => (Some(NanoUsd::ZERO), self.core.ports.calendar.day(self.core.ports.clock.now())),
            None => self.set_aside(work, &asked, &prepared).await?,
        };
        Ok(Ready { prepared, asked, reserved_usd, day, recorded })
    }

    /// What is about to be sent, against the rules for it.
    pub(super) async fn check_before(
        &self,
        work: &Work,
        model: &ModelRef,
        prepared: &Prepared,
    ) -> Result<(), Stop> {
        let is_before = |rule: &Validation| rule.phase == ValidationPhase::Before && !rule.off;
        if !work.validations.iter().any(is_before) {
            return Ok(());
        }
        let prompt = self.sensitive.scrub_text(&all_text(&prepared.request.messages));
        let facts = Arc::new(Facts {
            validations: Arc::clone(&work.validations),
            phase: ValidationPhase::Before,
            output: prompt.clone(),
            tools: work.execution.parameters.tools.clone(),
            tool_calls: Vec::new(),
            finish: None,
            inputs: Arc::clone(&work.inputs),
            prompt,
            model: model.clone(),
            metrics: Metrics::default(),
            metadata: Arc::clone(&work.metadata),
            threshold: None,
        });
        let checking = facts.check(&*self.core.ports.asks, &work.execution, &self.cancel, &self.core.closing);
        let checked = self.before_sending(checking.map(Ok)).await?;
        if checked.status != ValidationStatus::Failed {
            return Ok(());
        }
        let unmet = checked.results.iter().filter(|result| result.verdict != Verdict::Pass);
        let unmet: Vec<_> = unmet.map(|result| format!("{}: {}", result.name, result.message)).collect();
        Err(Stop::Failed(Failure::new(
            ErrorClass::Validation,
            format!(
                "what was to be sent does not hold to its rules, so no call was made:\n{}",
                unmet.join("\n")
            ),
            "Change the inputs or the prompt, or the rule.",
        )))
    }

    /// The model that is asked, with what it costs.
    pub(super) fn asked(&self, work: &Work) -> Fallback {
        let own = || Fallback {
            model: work.execution.model.clone(),
            price: work.price.clone(),
            max_output_tokens: work.max_output_tokens,
        };
        let fallback = self.choice.checked_sub(1).and_then(|at| work.fallbacks.get(usize::from(at)));
        fallback.cloned().unwrap_or_else(own)
    }

    /// Sets aside what the call can cost at most, and answers how much that is and the day it counts for.
    async fn set_aside(
        &self,
        work: &Work,
        asked: &Fallback,
        prepared: &Prepared,
    ) -> Result<(Option<NanoUsd>, Day), Stop> {
        let amount = self.worst_case(asked, &prepared.request).await;
        let day = self.core.ports.calendar.day(self.core.ports.clock.now());
        if amount == Some(NanoUsd::ZERO) {
            return Ok((amount, day));
        }
        let (run, prompt) = (work.execution.run_id, work.execution.prompt_id);
        let ask = Ask { payer: Payer { run, prompt, model: asked.model.clone() }, amount, day };
        let (reply, answer) = oneshot::channel();
        // The actor outlives its jobs.
        let _ = self.commands.send(Command::AskForMoney(self.execution, ask.clone(), reply));
        match self.before_sending(answer.map(|answer| answer.map_err(|_| internal()))).await? {
            Money::Granted => Ok((amount, day)),
            Money::Wait => Err(Stop::ShortOfMoney(ask)),
            Money::Refused(refusal, budget) => {
                let unknown = Some((&asked.model, asked.price.is_some()));
                Err(Stop::Failed(refused(&refusal, budget.as_ref(), unknown)))
            }
        }
    }

    /// The most that the call can cost. Tokens are counted where a cap could stop it, which may take long.
    async fn worst_case(&self, asked: &Fallback, request: &ModelRequest) -> Option<NanoUsd> {
        let (price, longest) = (asked.price.clone(), asked.max_output_tokens);
        let is_free = price.as_ref().is_some_and(Price::is_free);
        if is_free || price.is_none() || !self.may_be_stopped {
            return Estimate { request, price: price.as_ref(), longest }.worst(None);
        }
        let (request, counter) = (request.clone(), Arc::clone(&self.core.ports.tokens));
        let counting = aside(false, move || {
            Estimate { request: &request, price: price.as_ref(), longest }.worst(Some(&*counter))
        });
        // What breaks the counter leaves the amount unknown, so a hard cap stops the call.
        counting.await.flatten()
    }

    /// A step that only reads, so it is dropped where the user cancels or the engine closes.
    pub(super) async fn before_sending<T>(
        &self,
        step: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Stop> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Stop::Cancelled),
            () = self.core.closing.cancelled() => Err(Stop::Closing),
            done = AssertUnwindSafe(step).catch_unwind() => {
                done.unwrap_or_else(|_| Err(internal())).map_err(Stop::Failed)
            }
        }
    }

    /// Ends what was never sent, or leaves it for later.
    pub(super) async fn stop(&self, stop: Stop, known: Option<&Execution>) -> JobEnd {
        let failure = match stop {
            Stop::Cancelled => None,
            Stop::Failed(failure) if failure.class == ErrorClass::NotWritable => {
                let hint = "Make room on the disk of the workspace: it is sent as soon as there is some.";
                self.tell_why(Failure { hint: hint.to_owned(), ..failure }, known);
                return JobEnd::StartRefused;
            }
            Stop::Failed(failure) => Some(failure),
            Stop::Closing => return JobEnd::Ended(Ended::Uncommitted),
            Stop::ShortOfMoney(ask) => return JobEnd::ShortOfMoney(ask),
        };
        JobEnd::Ended(self.leave(failure, known).await)
    }

    async fn leave(&self, failure: Option<Failure>, known: Option<&Execution>) -> Ended {
        let end = if failure.is_some() { Ended::Failed } else { Ended::Well };
        let refused = || self.tell_refused();
        match leave_queue(&self.core, self.execution, failure, &self.news, refused).await {
            Ok(()) => end,
            Err(failure) => {
                self.tell_why(failure, known);
                Ended::Uncommitted
            }
        }
    }
}

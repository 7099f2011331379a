//! The path of one execution, from the moment it leaves the queue to its committed end.

mod before;
mod end;

pub(crate) use end::leave_queue;

use crate::{
    actor::{Command, JobId},
    aside::aside,
    check::{Checked, Facts},
    core::Core,
    machine::{Ask, End as Ended, Sign},
    prepare::{Prepared, internal, prepare},
    receive::{End, receive},
    recorder::Recorder,
    replay::Recorded,
    reporter::News,
    retry::FailedAttempt,
    sensitive::Sensitive,
    settle::Account,
    sign, spans, steps,
    templates::Templates,
};
use formaops_domain::{
    Attempt, AttemptStatus, Day, ErrorClass, EventBody, Execution, ExecutionId, Failure, Fallback, Feedback,
    Finish, Metrics, ModelRef, NanoUsd, OutputPart, ToolCall, ValidationPhase, ValidationStatus,
    ports::{ModelMessage, Outcome, PartStream, Work},
};
use futures::FutureExt;
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span};

/// One execution to be carried out.
pub(crate) struct Job {
    pub(crate) core: Arc<Core>,
    pub(crate) execution: ExecutionId,
    /// The span of its run.
    pub(crate) run_span: Span,
    pub(crate) id: JobId,
    /// Whether some cap could stop it, so that it matters how many tokens it has.
    pub(crate) may_be_stopped: bool,
    /// Which of its models is asked: its own, or from 1 one of the fallback chain.
    pub(crate) choice: u8,
    /// How often that model was asked for it before.
    pub(crate) tries: u32,
    pub(crate) sensitive: Arc<Sensitive>,
    pub(crate) templates: Arc<Templates>,
    pub(crate) cancel: CancellationToken,
    pub(crate) news: UnboundedSender<News>,
    pub(crate) commands: UnboundedSender<Command>,
}

/// What a job leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JobEnd {
    /// The execution has ended.
    Ended(Ended),
    /// Its attempt failed, and another is to be made.
    Again {
        /// After this time.
        wait: Duration,
        /// Whether the next model is asked.
        degrade: bool,
    },
    /// It was not sent: no budget has room for it while others are under way.
    ShortOfMoney(Ask),
    /// It was not sent: the store cannot keep that it begins.
    StartRefused,
}

/// All that a job leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Left {
    /// What its call says of the model.
    pub(crate) sign: Sign,
    /// What its call cost; `None` where that could not be kept.
    pub(crate) cost: Option<NanoUsd>,
    pub(crate) end: JobEnd,
}

impl Left {
    /// Without a call.
    const fn unsent(end: JobEnd) -> Self {
        Self { sign: Sign::Nothing, cost: Some(NanoUsd::ZERO), end }
    }
}

/// An attempt that is to follow one that failed.
struct Again {
    /// Its number.
    attempt: u32,
    /// The number of the last one there can be.
    last: u32,
    wait: Duration,
    /// The model that is asked, where it is the next of the chain.
    model: Option<ModelRef>,
    /// What the model is told of its answer.
    feedback: Option<Feedback>,
}

impl Again {
    /// At once, after an answer to this attempt that did not hold.
    const fn with(feedback: Feedback, number: u32) -> Self {
        let (attempt, last) = (number + 1, number + 1);
        Self { attempt, last, wait: Duration::ZERO, model: None, feedback: Some(feedback) }
    }
}

/// A call that may be made, or what stands in its place.
struct Ready {
    prepared: Prepared,
    asked: Fallback,
    /// The most that it can cost, and the day that it counts for.
    reserved_usd: Option<NanoUsd>,
    day: Day,
    recorded: Option<Recorded>,
}

/// Why an execution does not get as far as the wire.
enum Stop {
    Cancelled,
    Failed(Failure),
    /// It stays pending for the next start.
    Closing,
    /// It stays pending until there is money.
    ShortOfMoney(Ask),
}

impl Job {
    pub(crate) async fn execute(self) -> Left {
        let span = spans::execution(&self.run_span, self.execution);
        self.carry_out(&span).instrument(span.clone()).await
    }

    async fn carry_out(self, span: &Span) -> Left {
        let again = self.tries > 0 || self.choice > 0;
        let work = match self.before_sending(self.core.ports.store.load_work(self.execution, again)).await {
            Ok(work) => work,
            Err(stop) => return Left::unsent(self.stop(stop, None).await),
        };
        spans::known(span, &work.execution);
        let loaded = self.core.ports.clock.monotonic();
        let asked = self.asked(&work);
        let preparing = prepare(&self.core, &work, &asked.model, &self.templates, &self.sensitive);
        let prepared = match self.before_sending(preparing).await {
            Ok(prepared) => self.check_before(&work, &asked.model, &prepared).await.map(|()| prepared),
            Err(stop) => Err(stop),
        };
        let ready = match prepared {
            Ok(prepared) => self.ready(&work, asked, prepared).await,
            Err(stop) => Err(stop),
        };
        match ready {
            Ok(ready) => {
                let span = spans::attempt(&work, &ready.asked.model, ready.prepared.provider.kind());
                self.call(work, ready, loaded).instrument(span).await
            }
            Err(stop) => Left::unsent(self.stop(stop, Some(&work.execution)).await),
        }
    }

    async fn call(self, work: Work, ready: Ready, loaded: Duration) -> Left {
        let Ready { prepared, asked, reserved_usd, day, recorded } = ready;
        let Fallback { model, price, .. } = asked;
        let Prepared { request, provider } = prepared;
        let replayed = recorded.as_ref().map(Recorded::metrics);
        let (number, is_local) = (work.attempt_number, provider.is_local());
        let ports = &self.core.ports;
        let (id, started_at, started) = (ports.ids.attempt(), ports.clock.now(), ports.clock.monotonic());
        let attempt = Attempt {
            id,
            execution_id: self.execution,
            number,
            status: AttemptStatus::Running,
            model: model.clone(),
            request_hash: None,
            request_id: None,
            http_status: None,
            failure: None,
            metrics: Metrics::default(),
            price: price.clone(),
            reserved_usd,
            day,
            started_at,
            completed_at: None,
        };
        let left = steps::left_queue(started_at.since(work.execution.created_at), &model);
        let log = vec![left.entry(started_at, Some(number))];
        let running = match ports.store.start_attempt(attempt.clone(), log).await {
            Ok(execution) => execution,
            Err(failure) => {
                return Left::unsent(self.stop(Stop::Failed(failure), Some(&work.execution)).await);
            }
        };
        // Latency is the provider's: it is counted from here, not from before the commit.
        let mut recorder =
            Recorder::new(Arc::clone(&self.core), &attempt, &self.sensitive, self.id, self.commands.clone());
        recorder.note(steps::prepared(request.messages.len(), started.saturating_sub(loaded)));
        self.tell(&running);

        let (messages, other_tokens) = (request.messages.clone(), request.parameters.estimated_tokens());
        let (total, wants) = (request.timeouts.total, request.wants);
        let end = self.receive(|| provider.stream(request), recorded, &mut recorder, total).await;
        let latency = recorder.elapsed();
        let last_part = recorder.close(end.ending()).await;
        let (status, failure) = match end {
            End::Finished => (AttemptStatus::Succeeded, None),
            End::Failed(failure) => (AttemptStatus::Failed, Some(self.sensitive.scrub(failure))),
            End::Cancelled => (AttemptStatus::Cancelled, None),
            End::Closing => {
                self.leave_to_recovery(last_part).await;
                return Left { sign: Sign::Nothing, cost: None, end: JobEnd::Ended(Ended::Uncommitted) };
            }
        };
        let sign = match (status, &failure) {
            _ if replayed.is_some() => Sign::Nothing,
            (AttemptStatus::Succeeded, _) => sign::answered(&recorder.facts),
            (_, Some(failure)) => sign::failed(failure, is_local),
            (_, None) => Sign::Nothing,
        };
        // The slot is free for the next call while this one is settled. The actor outlives its jobs.
        let _ = self.commands.send(Command::AttemptEnded(self.execution, self.id, sign));

        let account = Account {
            status,
            model: model.model.clone(),
            messages,
            other_tokens,
            timed_out: failure.as_ref().is_some_and(|failure| failure.class == ErrorClass::Timeout),
            price,
            output: recorder.live.part(OutputPart::Text).whole(),
            reasoning: recorder.live.part(OutputPart::Reasoning).whole(),
            facts: recorder.facts,
            latency,
            wants,
        };
        let (account, metrics) = self.settle(account, replayed.clone()).await;
        let (status, failure) = match &metrics {
            Some(_) => (status, failure),
            None => (AttemptStatus::Failed, Some(internal())),
        };
        let metrics = metrics.unwrap_or_else(|| account.reported_metrics());
        let Account { output, reasoning, facts, price, messages, .. } = account;
        let tool_calls: Vec<_> = facts.tool_calls.into_iter().map(|call| self.scrub_call(call)).collect();
        let finish = facts.finish.map(|finish| self.scrub_finish(finish));
        let checkable = Arc::new(Facts {
            validations: Arc::clone(&work.validations),
            phase: ValidationPhase::After,
            output,
            tools: work.execution.parameters.tools.clone(),
            tool_calls,
            finish,
            inputs: Arc::clone(&work.inputs),
            prompt: self.sensitive.scrub_text(&all_text(&messages)),
            model: model.clone(),
            metrics: metrics.clone().as_recorded(),
            metadata: Arc::clone(&work.metadata),
            threshold: work.threshold,
        });
        let checked = if status == AttemptStatus::Succeeded && checkable.asks_for_something() {
            // A judge may need the money that was set aside for this call, and this call waits for the judge.
            let spent = checkable.metrics.cost_usd.unwrap_or_default();
            let _ = self.commands.send(Command::Spent(self.execution, self.id, spent));
            checkable.check(&*self.core.ports.asks, &running, &self.cancel, &self.core.closing).await
        } else {
            Checked::skipped()
        };
        let elapsed = self.core.ports.clock.monotonic().saturating_sub(started);
        let answered = facts.first_token.is_some();
        let feedback = self.feedback(&work, &checkable, &checked);
        // Whatever is wrong with a recording is so the next time, too.
        let may_pass = replayed.is_none() && !self.cancel.is_cancelled();
        let failed = failure.as_ref().filter(|_| may_pass).map(|failure| FailedAttempt {
            execution: self.execution,
            tries: self.tries + 1,
            failure,
            answered,
            is_local,
        });
        let next = failed
            .and_then(|failed| self.again(&failed, &work.fallbacks, number))
            .or_else(|| feedback.map(|feedback| Again::with(feedback, number)));
        let is_open = status == AttemptStatus::Succeeded && next.is_none() && checkable.is_contested();
        let Facts { output, tool_calls, finish, .. } = Arc::unwrap_or_clone(checkable);
        let outcome = Outcome {
            attempt: id,
            execution: self.execution,
            answered_by: (self.choice > 0).then_some(model),
            status,
            failure,
            request_hash: facts.request_hash,
            request_id: facts.request_id.map(|id| self.sensitive.scrub_text(&id)),
            http_status: facts.http_status,
            metrics,
            price,
            finish,
            tool_calls,
            inputs: work.inputs,
            output,
            reasoning,
            validated_output: checked.validated,
            // Some rule holds it against the other answers to its case, once all of them are there.
            validation_status: if is_open { ValidationStatus::Pending } else { checked.status },
            score: checked.score,
            validations: checked.results,
            last_part,
            completed_at: started_at.after(elapsed.into()),
        };
        let cost = outcome.metrics.cost_usd.unwrap_or_default();
        spans::ended(id, &outcome);
        let end = match next {
            Some(next) => self.wait_for_next(outcome, next, running).await,
            None => JobEnd::Ended(self.finish(outcome, number, running).await),
        };
        let is_kept = end != JobEnd::Ended(Ended::Uncommitted);
        Left { sign, cost: is_kept.then_some(cost), end }
    }

    /// The time on the wire, or with what was recorded. Where it panics, what had come is still in the recorder.
    async fn receive(
        &self,
        open: impl FnOnce() -> PartStream,
        recorded: Option<Recorded>,
        recorder: &mut Recorder,
        total: Duration,
    ) -> End {
        let receiving = async {
            match recorded {
                Some(recorded) => recorded.receive(recorder, &self.cancel, &self.core.closing).await,
                None => receive(open(), recorder, total, &self.cancel, &self.core.closing).await,
            }
        };
        let end = AssertUnwindSafe(receiving).catch_unwind().await;
        end.unwrap_or_else(|_| End::Failed(internal()))
    }

    /// Counts on a thread of its own where the provider did not; `None` where that panicked. Of a recording all is known.
    async fn settle(&self, account: Account, replayed: Option<Metrics>) -> (Account, Option<Metrics>) {
        if replayed.is_some() {
            return (account, replayed);
        }
        if !account.needs_estimate() {
            let metrics = account.reported_metrics();
            return (account, Some(metrics));
        }
        let counter = Arc::clone(&self.core.ports.tokens);
        let account = Arc::new(account);
        let shared = Arc::clone(&account);
        let metrics = aside(false, move || shared.metrics(&*counter)).await;
        (Arc::unwrap_or_clone(account), metrics)
    }

    fn tell(&self, execution: &Execution) {
        tell(&self.core, execution, &self.news);
    }

    fn scrub_finish(&self, finish: Finish) -> Finish {
        Finish { word: finish.word.map(|word| self.sensitive.scrub_text(&word)), ..finish }
    }

    fn scrub_call(&self, call: ToolCall) -> ToolCall {
        let scrub = |text: String| self.sensitive.scrub_text(&text);
        ToolCall { id: scrub(call.id), name: scrub(call.name), arguments: scrub(call.arguments) }
    }
}

/// The text of all messages, as rules see it.
fn all_text(messages: &[ModelMessage]) -> String {
    messages.iter().map(ModelMessage::all_text).collect::<Vec<_>>().join("\n\n")
}

fn tell(core: &Core, execution: &Execution, news: &UnboundedSender<News>) {
    core.count(execution);
    core.ports.events.publish(EventBody::ExecutionUpdated { execution: Box::new(execution.clone()) });
    // Without a reporter the run has ended, and nobody needs to hear of it.
    let _ = news.send(News::Moved);
}

//! The path of one execution, from the moment it leaves the queue to its committed end.

use crate::{
    actor::{Command, JobId, Money},
    check::{Checked, Facts},
    core::{CallSettings, Core},
    machine::{Ask, End as Ended, Sign},
    money::{Estimate, refused},
    prepare::{Prepared, internal, prepare},
    receive::{End, receive},
    recorder::Recorder,
    replay::{self, Recorded},
    reporter::News,
    retry::FailedAttempt,
    sensitive::Sensitive,
    settings::FallbackStrategy,
    settle::Account,
    sign, spans, steps,
    templates::Templates,
};
use formaops_domain::{
    Attempt, AttemptStatus, Day, ErrorClass, EventBody, Execution, ExecutionId, Failure, Fallback, Feedback,
    Finish, Metrics, ModelRef, NanoUsd, OutputPart, Payer, Price, Retry, ToolCall, Validation,
    ValidationPhase, ValidationStatus, Verdict,
    ports::{ModelMessage, ModelRequest, Outcome, PartStream, RecordingPart, Work},
};
use futures::FutureExt;
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::sync::{mpsc::UnboundedSender, oneshot};
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
        let work = match self.before_sending(self.core.ports.store.load_work(self.execution)).await {
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
                let span = spans::attempt(&work, &ready.asked.model);
                self.call(work, ready, loaded).instrument(span).await
            }
            Err(stop) => Left::unsent(self.stop(stop, Some(&work.execution)).await),
        }
    }

    /// Finds the recording that is the answer, or sets aside what asking for it can cost.
    async fn ready(&self, work: &Work, asked: Fallback, prepared: Prepared) -> Result<Ready, Stop> {
        let recorded = self.before_sending(replay::find(&self.core, work, &prepared)).await?;
        let (reserved_usd, day) = match &recorded {
            Some(_) => (Some(NanoUsd::ZERO), self.core.ports.calendar.day(self.core.ports.clock.now())),
            None => self.set_aside(work, &asked, &prepared).await?,
        };
        Ok(Ready { prepared, asked, reserved_usd, day, recorded })
    }

    /// What is about to be sent, against the rules for it.
    async fn check_before(&self, work: &Work, model: &ModelRef, prepared: &Prepared) -> Result<(), Stop> {
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
    fn asked(&self, work: &Work) -> Fallback {
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
        let counting = tokio::task::spawn_blocking(move || {
            Estimate { request: &request, price: price.as_ref(), longest }.worst(Some(&*counter))
        });
        // What breaks the counter leaves the amount unknown, so a hard cap stops the call.
        counting.await.ok().flatten()
    }

    /// A step that only reads, so it is dropped where the user cancels or the engine closes.
    async fn before_sending<T>(&self, step: impl Future<Output = Result<T, Failure>>) -> Result<T, Stop> {
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
    async fn stop(&self, stop: Stop, known: Option<&Execution>) -> JobEnd {
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

        let (messages, total, wants) = (request.messages.clone(), request.timeouts.total, request.wants);
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
        let next = failure.as_ref().filter(|_| may_pass).and_then(|failure| {
            let (execution, tries) = (self.execution, self.tries + 1);
            let failed = FailedAttempt { execution, tries, failure, answered, is_local };
            let calls = self.core.calls();
            let again = calls.retries.wait(&failed).map(|wait| Again {
                attempt: number + 1,
                last: number.saturating_add(calls.retries.limit).saturating_sub(self.tries),
                wait,
                model: None,
                feedback: None,
            });
            again.or_else(|| self.degrade(&calls, &failed, &work.fallbacks, number))
        });
        let next = next.or_else(|| {
            feedback.map(|feedback| Again {
                attempt: number + 1,
                last: number + 1,
                wait: Duration::ZERO,
                model: None,
                feedback: Some(feedback),
            })
        });
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
        let metrics = tokio::task::spawn_blocking(move || shared.metrics(&*counter)).await.ok();
        (Arc::unwrap_or_clone(account), metrics)
    }

    /// What the model is told where it is asked again because its answer does not hold.
    fn feedback(&self, work: &Work, facts: &Facts, checked: &Checked) -> Option<Feedback> {
        if self.cancel.is_cancelled() {
            return None;
        }
        let before = work.execution.retry.as_ref().and_then(|retry| retry.feedback.as_ref());
        facts.feedback(checked, before.map_or(0, |feedback| feedback.round))
    }

    /// Ends the attempt, and has the execution wait for the next one.
    async fn wait_for_next(&self, mut outcome: Outcome, next: Again, running: Execution) -> JobEnd {
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

    async fn finish(&self, mut outcome: Outcome, attempt: u32, running: Execution) -> Ended {
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

    fn tell_refused(&self) {
        // The actor outlives its jobs.
        let _ = self.commands.send(Command::EndRefused(self.execution, Some(self.id)));
    }

    /// Tells an execution as it is stored, with the reason why it gets no further.
    fn tell_why(&self, failure: Failure, known: Option<&Execution>) {
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
    async fn leave_to_recovery(&self, last_part: RecordingPart) {
        if last_part.frames.is_empty() && last_part.text.is_empty() && last_part.log.is_empty() {
            return;
        }
        if let Err(failure) = self.core.ports.store.append_recording(last_part).await {
            tracing::error!(execution = %self.execution, class = ?failure.class, "a recording could not be kept");
        }
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

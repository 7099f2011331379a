//! What comes of an attempt: shown at once, kept in parts.

use crate::{
    actor::{Command, JobId},
    core::Core,
    live::Live,
    machine::back_off,
    sensitive::{Ending, FrameScrubber, Sensitive, TextScrubber},
    steps::{self, Step},
};
use formaops_domain::{
    Attempt, AttemptId, ErrorClass, EventBody, ExecutionId, Failure, Finish, OutputPart, RequestHash, Span,
    Timestamp, ToolCall, Usage,
    ports::{RateLimits, RecordingPart, StreamPart},
};
use futures::future::BoxFuture;
use std::{future, sync::Arc, time::Duration};
use tokio::{sync::mpsc::UnboundedSender, time::Instant};

/// The longest that something waits to be kept: the most a kill may lose.
pub(crate) const PART_TIME: Duration = Duration::from_millis(250);
/// The most that waits to be kept while the store keeps up.
pub(crate) const PART_BYTES: usize = 64 << 10;
/// The most that waits while the store does not keep up; then the provider has to wait.
const MOST_WAITING: usize = 8 << 20;
/// The most of one answer, reasoning included, that is held in memory.
pub(crate) const MOST_OUTPUT: usize = 64 << 20;

/// What the provider said besides text.
#[derive(Clone, Default)]
pub(crate) struct Facts {
    /// Set as soon as the request may have been sent.
    pub(crate) request_hash: Option<RequestHash>,
    pub(crate) request_id: Option<String>,
    pub(crate) http_status: Option<u16>,
    pub(crate) usage: Option<Usage>,
    pub(crate) finish: Option<Finish>,
    pub(crate) tool_calls: Vec<ToolCall>,
    /// When the first text or reasoning came.
    pub(crate) first_token: Option<Span>,
}

pub(crate) struct Recorder {
    core: Arc<Core>,
    execution: ExecutionId,
    attempt: AttemptId,
    number: u32,
    started_at: Timestamp,
    sensitive: Arc<Sensitive>,
    job: JobId,
    commands: UnboundedSender<Command>,
    /// The monotonic time at which the attempt began.
    began: Duration,
    /// When what is taken in came first, where it comes from a recording: it is kept with that time.
    came_at: Option<Span>,
    pub(crate) live: Arc<Live>,
    pub(crate) facts: Facts,
    output_bytes: usize,
    text: TextScrubber,
    reasoning: TextScrubber,
    calls: TextScrubber,
    frames: FrameScrubber,
    waiting: RecordingPart,
    waiting_bytes: usize,
    due: Option<Instant>,
    /// How often the store has refused the part that waits, and until when it is not tried again.
    refusals: u32,
    refused_until: Option<Instant>,
    append: Option<Append>,
}

/// A part on its way to the store, kept here too in case it does not arrive.
struct Append {
    part: RecordingPart,
    bytes: usize,
    committed: BoxFuture<'static, Result<(), Failure>>,
}

impl Recorder {
    pub(crate) fn new(
        core: Arc<Core>,
        attempt: &Attempt,
        sensitive: &Arc<Sensitive>,
        job: JobId,
        commands: UnboundedSender<Command>,
    ) -> Self {
        let (execution, attempt, number, started_at) =
            (attempt.execution_id, attempt.id, attempt.number, attempt.started_at);
        let began = core.ports.clock.monotonic();
        let live = Arc::new(Live::default());
        core.show(execution, Arc::clone(&live));
        Self {
            core,
            execution,
            attempt,
            number,
            started_at,
            sensitive: Arc::clone(sensitive),
            job,
            commands,
            began,
            came_at: None,
            live,
            facts: Facts::default(),
            output_bytes: 0,
            text: sensitive.text(),
            reasoning: sensitive.text(),
            calls: sensitive.text(),
            frames: sensitive.frames(),
            waiting: empty(attempt),
            waiting_bytes: 0,
            due: None,
            refusals: 0,
            refused_until: None,
            append: None,
        }
    }

    /// The time since the attempt began.
    pub(crate) fn elapsed(&self) -> Span {
        self.core.ports.clock.monotonic().saturating_sub(self.began).into()
    }

    /// What is taken in from now on comes from a recording, and came first so long after the attempt had begun.
    pub(crate) fn came_at(&mut self, at: Span) {
        self.came_at = Some(at);
    }

    fn moment(&self) -> Span {
        self.came_at.unwrap_or_else(|| self.elapsed())
    }

    /// Logs a step that is taken now. It is kept with the next part, or with the end.
    pub(crate) fn note(&mut self, step: Step) {
        let at = self.started_at.after(self.elapsed());
        self.waiting.log.push(step.entry(at, Some(self.number)));
    }

    /// Takes in what the provider sent, and shows text and reasoning to whoever listens.
    ///
    /// # Errors
    /// Where the answer is longer than may be held; what fits is kept.
    pub(crate) fn take(&mut self, part: StreamPart) -> Result<(), Failure> {
        match part {
            StreamPart::Sent { request_hash } => {
                self.facts.request_hash = Some(request_hash);
                self.note(steps::sent());
            }
            StreamPart::Head { http_status, request_id, headers, rates } => {
                let scrub = |text: &str| self.sensitive.scrub_text(text);
                let headers = headers.into_iter().map(|(name, value)| (name, scrub(&value))).collect();
                self.note(steps::head(http_status, request_id.as_deref().map(scrub), headers));
                if rates != RateLimits::default() {
                    // The actor outlives its jobs.
                    let _ = self.commands.send(Command::RatesTold(self.execution, self.job, rates));
                }
                self.facts.http_status = http_status;
                self.facts.request_id = request_id;
            }
            StreamPart::Raw(bytes) => {
                self.count_waiting(bytes.len());
                let frame = (self.moment(), bytes);
                self.frames.feed(frame, [&self.text, &self.reasoning, &self.calls], &mut self.waiting.frames);
            }
            StreamPart::Text(piece) if !piece.is_empty() => {
                let (piece, fits) = self.count_output(piece);
                let piece = self.text.feed(piece);
                self.show_text(piece);
                return fits;
            }
            StreamPart::Reasoning(piece) if !piece.is_empty() => {
                let (piece, fits) = self.count_output(piece);
                let piece = self.reasoning.feed(piece);
                self.tell(OutputPart::Reasoning, piece);
                return fits;
            }
            StreamPart::Text(_) | StreamPart::Reasoning(_) => {}
            StreamPart::ToolCall(call) => return self.take_call(call),
            StreamPart::Usage(usage) => self.facts.usage = Some(usage),
            StreamPart::Finish(finish) => self.facts.finish = Some(finish),
        }
        Ok(())
    }

    /// Whether the store lags so far behind that nothing more may be taken in.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting_bytes >= MOST_WAITING
    }

    /// Keeps what waits when it is due, and comes back after each part. Where nothing waits it waits
    /// for ever. Dropping it loses nothing.
    ///
    /// While the store refuses, what came is held and tried again; the most that may be held, the provider waits.
    ///
    /// # Errors
    /// Where the store has failed otherwise for so long that no more can be held.
    pub(crate) async fn keep(&mut self) -> Result<(), Failure> {
        if self.append.is_some() {
            return self.finish_append().await;
        }
        if let Some(until) = self.refused_until {
            tokio::time::sleep_until(until).await;
            self.refused_until = None;
        }
        match self.due {
            None => return future::pending().await,
            Some(due) if self.waiting_bytes < PART_BYTES => tokio::time::sleep_until(due).await,
            Some(_) => {}
        }
        if self.waiting.frames.is_empty() && self.waiting.text.is_empty() {
            // All that came is still withheld by the scrubbers.
            self.take_waiting();
            return Ok(());
        }
        self.start_append();
        self.finish_append().await
    }

    /// Ends the recording: shows what was held back, and answers what is not kept yet.
    pub(crate) async fn close(&mut self, ending: Ending) -> RecordingPart {
        let rest = self.text.finish(ending);
        self.show_text(rest);
        let rest = self.reasoning.finish(ending);
        self.tell(OutputPart::Reasoning, rest);
        let _ = self.calls.finish(ending);
        let at = self.moment();
        self.frames.finish(at, ending, [&self.text, &self.reasoning, &self.calls], &mut self.waiting.frames);
        if self.append.is_some() {
            // What fails to be kept is waiting again, so the answer below has it.
            let _ = self.finish_append().await;
        }
        self.take_waiting()
    }

    fn show_text(&mut self, text: String) {
        if text.is_empty() {
            return;
        }
        self.waiting.text.push_str(&text);
        if self.waiting.frames.is_empty() {
            self.count_waiting(text.len());
        }
        self.tell(OutputPart::Text, text);
    }

    fn tell(&self, part: OutputPart, text: String) {
        if text.is_empty() {
            return;
        }
        // Readable before it is told, so a reader who joins now misses nothing.
        let offset = self.live.part(part).push(&text);
        let bytes = text.len() as u64;
        let chunk = EventBody::ExecutionChunk { execution_id: self.execution, part, offset, bytes, text };
        self.core.ports.events.publish(chunk);
    }

    /// A call is kept whole or not at all: half of its arguments would mean something else.
    fn take_call(&mut self, call: ToolCall) -> Result<(), Failure> {
        self.note_first_token();
        let bytes = call.name.len() + call.arguments.len();
        if bytes > MOST_OUTPUT - self.output_bytes {
            return Err(grown_too_long());
        }
        self.output_bytes += bytes;
        // Only to see whether its frames may be kept; the call itself is scrubbed when the attempt ends. The
        // line break keeps what comes next from being read as more of it.
        let _ = self.calls.feed(format!("{}\n", call.arguments));
        self.facts.tool_calls.push(call);
        Ok(())
    }

    /// What of the piece still fits, and the failure where that is not all.
    fn count_output(&mut self, mut piece: String) -> (String, Result<(), Failure>) {
        self.note_first_token();
        let room = MOST_OUTPUT - self.output_bytes;
        if piece.len() <= room {
            self.output_bytes += piece.len();
            return (piece, Ok(()));
        }
        piece.truncate(piece.floor_char_boundary(room));
        self.output_bytes = MOST_OUTPUT;
        (piece, Err(grown_too_long()))
    }

    fn note_first_token(&mut self) {
        if self.facts.first_token.is_none() {
            let after = self.moment();
            self.facts.first_token = Some(after);
            self.note(steps::first_token(after));
        }
    }

    fn count_waiting(&mut self, bytes: usize) {
        self.waiting_bytes += bytes;
        self.due.get_or_insert_with(|| Instant::now() + PART_TIME);
    }

    fn take_waiting(&mut self) -> RecordingPart {
        self.waiting_bytes = 0;
        self.due = None;
        std::mem::replace(&mut self.waiting, empty(self.attempt))
    }

    fn start_append(&mut self) {
        let bytes = self.waiting_bytes;
        let part = self.take_waiting();
        let (store, sent) = (Arc::clone(&self.core.ports.store), part.clone());
        let committed = Box::pin(async move { store.append_recording(sent).await });
        self.append = Some(Append { part, bytes, committed });
    }

    async fn finish_append(&mut self) -> Result<(), Failure> {
        let Some(append) = &mut self.append else { return Ok(()) };
        let committed = append.committed.as_mut().await;
        let Some(append) = self.append.take() else { return Ok(()) };
        let Err(failure) = committed else {
            self.refusals = 0;
            return Ok(());
        };
        tracing::warn!(attempt = %self.attempt, class = ?failure.class, "a part of a recording could not be kept");
        let later = std::mem::replace(&mut self.waiting, append.part);
        self.waiting.frames.extend(later.frames);
        self.waiting.text.push_str(&later.text);
        self.waiting.log.extend(later.log);
        self.waiting_bytes += append.bytes;
        self.refusals = self.refusals.saturating_add(1);
        self.due = Some(Instant::now() + PART_TIME);
        self.refused_until = Some(Instant::now() + back_off(self.refusals));
        if self.is_full() && failure.class != ErrorClass::NotWritable { Err(failure) } else { Ok(()) }
    }
}

fn empty(attempt: AttemptId) -> RecordingPart {
    RecordingPart { attempt, frames: Vec::new(), text: String::new(), log: Vec::new() }
}

fn grown_too_long() -> Failure {
    Failure::new(
        ErrorClass::InvalidResponse,
        format!("the answer grew over {} MiB and was cut off there", MOST_OUTPUT >> 20),
        "Set `maxTokens`, or ask for a shorter answer.",
    )
}

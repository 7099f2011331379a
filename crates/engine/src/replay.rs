//! An answer that was recorded, in the place of a call.
//!
//! What it said is read as it was when it came, by the reader of its provider, and kept with the times of then. Times,
//! tokens and cost are those that the call had, so that rules say of it what they said then: nothing is measured or
//! counted anew.

use crate::{core::Core, prepare::Prepared, receive::End, recorder::Recorder, steps};
use formaops_domain::{
    ErrorClass, Failure, Metrics, Replay, RequestHash,
    ports::{AnswerReader, RateLimits, RecordedAnswer, RecordedFacts, StreamPart, Work},
};
use tokio_util::sync::CancellationToken;

/// A recording that stands in the place of a call.
pub(crate) struct Recorded {
    request_hash: RequestHash,
    answer: RecordedAnswer,
    reader: Box<dyn AnswerReader>,
}

/// The recording that answers an execution; none where it is to be asked for.
///
/// # Errors
/// Where it may not be asked for, and no whole answer was recorded.
pub(crate) async fn find(core: &Core, work: &Work, prepared: &Prepared) -> Result<Option<Recorded>, Failure> {
    if work.replay.is_off() {
        return Ok(None);
    }
    let Prepared { request, provider } = prepared;
    let request_hash = provider.request_hash(request)?;
    match core.ports.store.find_recorded(request_hash, work.recorded_repeat).await? {
        Some(answer) => Ok(Some(Recorded { request_hash, answer, reader: provider.reader(request)? })),
        None if work.replay == Replay::Only => Err(not_recorded(request_hash, work.recorded_repeat)),
        None => Ok(None),
    }
}

impl Recorded {
    /// What the answer cost and took: its own times and tokens, and nothing spent.
    pub(crate) fn metrics(&self) -> Metrics {
        let RecordedFacts { metrics, recorded_at, .. } = self.answer.facts.clone();
        metrics.replayed(recorded_at)
    }

    /// Takes in the answer, as if it came.
    pub(crate) async fn receive(
        mut self,
        recorder: &mut Recorder,
        cancel: &CancellationToken,
        closing: &CancellationToken,
    ) -> End {
        let RecordedAnswer { frames, facts } = self.answer;
        let RecordedFacts { http_status, request_id, headers, recorded_at, .. } = facts;
        recorder.facts.request_hash = Some(self.request_hash);
        recorder.note(steps::replayed(recorded_at));
        let rates = RateLimits::default();
        let head = StreamPart::Head { http_status, request_id, headers, rates };
        let mut taken = recorder.take(head);
        for (at, bytes) in frames {
            if taken.is_err() {
                break;
            }
            if cancel.is_cancelled() {
                return End::Cancelled;
            }
            if closing.is_cancelled() {
                return End::Closing;
            }
            recorder.came_at(at);
            taken = recorder.take(StreamPart::Raw(bytes.clone()));
            taken = taken.and_then(|()| take_all(recorder, self.reader.read(&bytes)));
            // All of it is at hand, and must not keep the thread from the streams of others.
            tokio::task::consume_budget().await;
        }
        let taken = taken.and_then(|()| take_all(recorder, self.reader.end()));
        match taken {
            Ok(()) => End::Finished,
            Err(failure) => End::Failed(unreadable(failure)),
        }
    }
}

fn take_all(recorder: &mut Recorder, parts: Result<Vec<StreamPart>, Failure>) -> Result<(), Failure> {
    parts?.into_iter().try_for_each(|part| recorder.take(part))
}

fn not_recorded(request: RequestHash, repeat: u32) -> Failure {
    Failure::new(
        ErrorClass::NotRecorded,
        format!("no whole answer to this request was recorded ({}, repeat {})", request.short(), repeat + 1),
        "Run it once without replay, import a recording that has it, or replay with `prefer`, which asks for what is \
         missing. Recordings go by what is sent: where the prompt, its inputs, the model or a parameter has changed since, \
         it is another request.",
    )
}

fn unreadable(failure: Failure) -> Failure {
    Failure {
        hint: "The recording cannot be read: import it again, or run this once without replay.".to_owned(),
        ..failure
    }
}

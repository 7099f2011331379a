//! A provider whose answers a test sends part by part.

use super::soon;
use bytes::Bytes;
use formaops_domain::{
    ErrorClass, Failure, FinishReason, ListedModel, ModelRef, ProviderKind, RequestHash, Usage,
    ports::{
        AnswerReader, ModelMessage, ModelRequest, PartStream, Provider, Providers, RateLimits, StreamPart,
    },
};
use futures::{StreamExt, future::BoxFuture, stream};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

type Part = Result<StreamPart, Failure>;

/// What a test tells a stream to do.
enum Cue {
    Send(Part),
    Panic,
}

/// One call that reached the provider.
pub(crate) struct Call {
    pub(crate) request: ModelRequest,
    cues: UnboundedSender<Cue>,
}

impl Call {
    pub(crate) fn send(&self, part: StreamPart) {
        // What comes after the end of a call is lost, as on a closed connection.
        let _ = self.cues.send(Cue::Send(Ok(part)));
    }

    pub(crate) fn text(&self, text: &str) {
        self.send(StreamPart::Text(text.to_owned()));
    }

    pub(crate) fn raw(&self, bytes: &str) {
        self.send(StreamPart::Raw(Bytes::copy_from_slice(bytes.as_bytes())));
    }

    pub(crate) fn usage(&self, input_tokens: u64, output_tokens: u64) {
        self.send(StreamPart::Usage(Usage { input_tokens, output_tokens, ..Usage::default() }));
    }

    pub(crate) fn finish(self) {
        self.send(StreamPart::Finish(FinishReason::Stop.into()));
    }

    pub(crate) fn fail(self, class: ErrorClass, message: &str) {
        let failure = Failure::new(class, message, "Try again.");
        let _ = self.cues.send(Cue::Send(Err(failure)));
    }

    pub(crate) fn panic(self) {
        let _ = self.cues.send(Cue::Panic);
    }

    /// Waits until the engine has closed the connection.
    pub(crate) async fn closed(&self) {
        soon(self.cues.closed()).await;
    }
}

/// The provider `fake`, and every call of it.
pub(crate) struct Wire {
    calls: UnboundedSender<Call>,
    inbox: tokio::sync::Mutex<UnboundedReceiver<Call>>,
    open: Arc<AtomicUsize>,
    peak: Arc<AtomicUsize>,
}

impl Default for Wire {
    fn default() -> Self {
        let (calls, inbox) = mpsc::unbounded_channel();
        Self { calls, inbox: tokio::sync::Mutex::new(inbox), open: Arc::default(), peak: Arc::default() }
    }
}

impl Wire {
    /// The next call that reaches the provider.
    pub(crate) async fn call(&self) -> Call {
        soon(async { self.inbox.lock().await.recv().await.unwrap() }).await
    }

    /// The next calls, one for each of these models, in whatever order they come.
    pub(crate) async fn calls<const N: usize>(&self, models: [&str; N]) -> [Call; N] {
        let mut calls = Vec::new();
        for _ in models {
            calls.push(self.call().await);
        }
        models.map(|model| {
            let place = calls.iter().position(|call| call.request.model == model);
            calls.swap_remove(place.expect("each model is called once"))
        })
    }

    /// Whether no call has come that the test has not seen.
    pub(crate) fn is_quiet(&self) -> bool {
        self.inbox.try_lock().unwrap().is_empty()
    }

    /// How many streams were open at once at most.
    pub(crate) fn peak(&self) -> usize {
        self.peak.load(Ordering::SeqCst)
    }
}

struct Open(Arc<AtomicUsize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

struct Fake {
    calls: UnboundedSender<Call>,
    open: Arc<AtomicUsize>,
    peak: Arc<AtomicUsize>,
}

/// The name of what is sent: its texts and parameters.
pub(crate) fn hash(request: &ModelRequest) -> RequestHash {
    let texts: Vec<_> = request.messages.iter().map(ModelMessage::all_text).collect();
    RequestHash::from_array(formaops_domain::canonical_hash(&(&request.model, texts, &request.parameters)))
}

/// What is recorded of this provider is text, up to a full stop on a frame of its own. `broken` is no answer of it.
struct Recorded;

impl AnswerReader for Recorded {
    fn read(&mut self, bytes: &[u8]) -> Result<Vec<StreamPart>, Failure> {
        match String::from_utf8_lossy(bytes).into_owned() {
            broken if broken == "broken" => {
                Err(Failure::new(ErrorClass::InvalidResponse, "this is no answer", "Look at it."))
            }
            end if end == "." => Ok(vec![StreamPart::Finish(FinishReason::Stop.into())]),
            text => Ok(vec![StreamPart::Text(text)]),
        }
    }

    fn end(&mut self) -> Result<Vec<StreamPart>, Failure> {
        Ok(Vec::new())
    }
}

impl Provider for Fake {
    fn kind(&self) -> ProviderKind {
        ProviderKind::OpenAiChat
    }

    fn is_local(&self) -> bool {
        false
    }

    fn stream(&self, request: ModelRequest) -> PartStream {
        let now = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.peak.fetch_max(now, Ordering::SeqCst);
        let open = Open(Arc::clone(&self.open));
        let (cues, inbox) = mpsc::unbounded_channel();
        let request_hash = hash(&request);
        let head = StreamPart::Head {
            http_status: Some(200),
            request_id: Some("req-1".to_owned()),
            headers: [("x-ratelimit-remaining-requests".to_owned(), "7".to_owned())].into(),
            rates: RateLimits::default(),
        };
        let first = stream::iter([Ok(StreamPart::Sent { request_hash }), Ok(head)]);
        let _ = self.calls.send(Call { request, cues });
        let rest = stream::unfold((inbox, open), |(mut inbox, open)| async {
            match inbox.recv().await? {
                Cue::Send(part) => Some((part, (inbox, open))),
                Cue::Panic => panic!("the provider was told to break"),
            }
        });
        first.chain(rest).boxed()
    }

    fn request_hash(&self, request: &ModelRequest) -> Result<RequestHash, Failure> {
        Ok(hash(request))
    }

    fn reader(&self, _: &ModelRequest) -> Result<Box<dyn AnswerReader>, Failure> {
        Ok(Box::new(Recorded))
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<ListedModel>, Failure>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

impl Providers for Wire {
    fn find(&self, model: &ModelRef) -> BoxFuture<'_, Result<Arc<dyn Provider>, Failure>> {
        let model = model.clone();
        Box::pin(async move {
            if model.provider == "gone" {
                let message = format!("there is no provider `{}`", model.provider);
                return Err(Failure::new(ErrorClass::NoProvider, message, "Add it in the settings."));
            }
            let (calls, open, peak) = (self.calls.clone(), Arc::clone(&self.open), Arc::clone(&self.peak));
            Ok(Arc::new(Fake { calls, open, peak }) as Arc<dyn Provider>)
        })
    }
}

//! What a wire format has to say for itself. Everything that touches the network is in `http`.

mod said;

pub(crate) use said::Said;

use crate::{
    embedding::ReadVectors,
    failure::ProviderError,
    framing::{Event, Framing},
};
use formaops_domain::{
    JsonObject, ListedModel, Timestamp,
    ports::{KeyPlacement, ModelRequest, StreamPart, Wants},
};
use serde_json::Value;

/// One vendor's wire format: how a call is asked for, and how its answer is read. It is pure.
pub(crate) trait Wire: Send + Sync {
    /// The word for it in the name of a request; it never changes.
    fn word(&self) -> &'static str;

    /// What a server speaks, for people: `OpenAI Chat Completions`.
    fn title(&self) -> &'static str;

    /// What the path of a base URL usually ends in, such as `/v1`; empty where there is none.
    fn base_path(&self) -> &'static str;

    /// Whether what is called is a deployment, which goes by a name that its owner chose and no list has.
    fn calls_deployments(&self) -> bool {
        false
    }

    /// How the key is carried.
    fn placement(&self, now: Timestamp) -> KeyPlacement;

    /// A call of a model, whose parameters were checked against their bounds.
    ///
    /// # Errors
    /// What this wire format cannot say, such as a parameter it has no word for: it is told, never
    /// dropped in silence.
    fn call(&self, request: &ModelRequest) -> Result<Asked, Unsayable>;

    /// A call that makes a vector of the text of each message, and how its answer is read.
    ///
    /// # Errors
    /// Where this wire format makes no vectors, and as [`Self::call`].
    fn embed(&self, _: &ModelRequest) -> Result<(Asked, ReadVectors), Unsayable> {
        Err(Unsayable(format!(
            "{} has no vectors of texts: choose a model of another provider",
            self.title()
        )))
    }

    /// How the events of a streamed answer are told apart.
    fn framing(&self) -> Framing;

    /// Reads one answer.
    fn interpreter(&self) -> Box<dyn Interpreter>;

    /// The part as bytes of a stream that are read as this part; `None` for parts that no event says.
    fn retell(&self, part: &StreamPart) -> Option<Vec<u8>>;

    /// Where the list of models is; `None` where the server has none at this address.
    fn models(&self) -> Option<Address>;

    /// A page of that list; `None` where the document is none.
    fn listed(&self, list: &Value) -> Option<ModelPage>;
}

/// Where a request goes, below the base URL of the provider, and what it says in its headers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Address {
    /// The segments of the path; each is escaped where it has to be.
    pub(crate) path: Vec<String>,
    /// Whether all but letters, digits and `-._~` is escaped in them, as signatures of Amazon want it.
    pub(crate) signed: bool,
    /// Fields of the query.
    pub(crate) query: Vec<(String, String)>,
    /// Headers of the wire format, names in lower case.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Address {
    /// A path below the base URL.
    pub(crate) fn of<'a>(path: impl IntoIterator<Item = &'a str>) -> Self {
        Self { path: path.into_iter().map(str::to_owned).collect(), ..Self::default() }
    }

    /// The same, escaped as signatures of Amazon want it.
    pub(crate) fn signed(mut self) -> Self {
        self.signed = true;
        self
    }

    /// The same with one more field of the query.
    pub(crate) fn query(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    /// The same with one more header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What a wire format cannot say of a request, and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unsayable(pub(crate) String);

/// A call for what is wanted, and how its answer is read where that is vectors.
pub(crate) fn asked(
    wire: &dyn Wire,
    request: &ModelRequest,
) -> Result<(Asked, Option<ReadVectors>), Unsayable> {
    match request.wants {
        Wants::Answer => Ok((wire.call(request)?, None)),
        Wants::Vectors => wire.embed(request).map(|(asked, read)| (asked, Some(read))),
    }
}

/// A call as it is sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    pub(crate) address: Address,
    pub(crate) body: JsonObject,
}

/// A page of a list of models.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ModelPage {
    pub(crate) models: Vec<ListedModel>,
    /// The field of the query that asks for the next page; `None` on the last.
    pub(crate) next: Option<(String, String)>,
}

impl ModelPage {
    /// The only page.
    pub(crate) fn whole(models: Vec<ListedModel>) -> Self {
        Self { models, next: None }
    }
}

/// Reads the events of one answer, in order.
pub(crate) trait Interpreter: Send {
    /// An event of the stream.
    fn event(&mut self, event: &Event, said: &mut Said) -> Result<(), Fault>;

    /// A JSON document that came in place of a stream.
    fn document(&mut self, document: &Value, said: &mut Said) -> Result<(), Fault>;
}

/// What is wrong with an answer, or why it stopped.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fault {
    /// The provider reported an error.
    Reported(ProviderError),
    /// The provider blocked the request for what it says. Its own word comes along.
    Blocked(String),
    /// A page for people. Its text comes along.
    Html(String),
    /// Neither a stream nor a document of this wire format. What was found comes along.
    Unreadable(String),
    /// One event, or a document, that is too long to be kept in memory.
    TooLong,
    /// It ended before the provider said that it was done.
    Truncated,
}

/// The most of an unreadable answer that is kept to be shown, in characters.
const MAX_EXCERPT: usize = 2_000;

/// The beginning of a text, to be shown.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().take(MAX_EXCERPT).collect()
}

impl Fault {
    /// The fault of an event or document that this wire format does not know.
    pub(crate) fn unreadable(text: &str) -> Self {
        Self::Unreadable(excerpt(text))
    }
}

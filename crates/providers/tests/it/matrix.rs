//! Everything that can go wrong, in every wire format. A wire format is one row of [`WIRES`].

mod bodies;
mod broken;
mod refusals;

use crate::world::{Answer, ENV, call_with, connect};
use formaops_domain::{Provider as Config, ProviderKind, Usage, ports::Provider};
use formaops_testkit::{ChatReply, Reply, ScriptedServer, provider};
use std::sync::Arc;

/// What the faults need to know of a wire format. All else the scripted server knows: how its vendor
/// streams an answer, and how it says an error.
pub(crate) struct Wire {
    pub(crate) kind: ProviderKind,
    /// What the path of a base URL ends in.
    base: &'static str,
    /// Where a call goes, as the server sees it.
    call: &'static str,
    /// An event that is none, framed as the events of the wire format are.
    garbage: &'static [u8],
    /// A recorded stream with a word in it replaced, where the frame around it has to be made anew.
    reworded: fn(&[u8], &str, &str) -> Vec<u8>,
}

pub(crate) const WIRES: [Wire; 7] = [
    Wire {
        kind: ProviderKind::OpenAiChat,
        base: "/v1",
        call: "/v1/chat/completions",
        garbage: b"data: {nonsense\n\n",
        reworded: as_text,
    },
    Wire {
        kind: ProviderKind::AzureOpenAi,
        base: "/openai/v1",
        call: "/openai/v1/chat/completions",
        garbage: b"data: {nonsense\n\n",
        reworded: as_text,
    },
    Wire {
        kind: ProviderKind::OpenAiResponses,
        base: "/v1",
        call: "/v1/responses",
        garbage: b"data: {nonsense\n\n",
        reworded: as_text,
    },
    Wire {
        kind: ProviderKind::Anthropic,
        base: "/v1",
        call: "/v1/messages",
        garbage: b"data: {nonsense\n\n",
        reworded: as_text,
    },
    Wire {
        kind: ProviderKind::Bedrock,
        base: "/",
        call: "/model/any/converse-stream",
        garbage: b"\0\0\0\x10nonsense",
        reworded: as_frames,
    },
    Wire {
        kind: ProviderKind::Gemini,
        base: "/v1beta",
        call: "/v1beta/models/any:streamGenerateContent",
        garbage: b"data: {nonsense\n\n",
        reworded: as_text,
    },
    Wire {
        kind: ProviderKind::Ollama,
        base: "/",
        call: "/api/chat",
        garbage: b"{nonsense\n",
        reworded: as_text,
    },
];

/// For wire formats whose events are text.
fn as_text(stream: &[u8], word: &str, other: &str) -> Vec<u8> {
    String::from_utf8(stream.to_vec()).expect("it is text").replace(word, other).into_bytes()
}

/// For the binary frames of Amazon: total length, length of the headers, checksum of both, headers, payload,
/// checksum of all.
fn as_frames(stream: &[u8], word: &str, other: &str) -> Vec<u8> {
    let number = |bytes: &[u8]| bytes.iter().fold(0, |number: usize, &byte| number << 8 | usize::from(byte));
    let (mut rest, mut out) = (stream, Vec::new());
    while !rest.is_empty() {
        let (frame, after) = rest.split_at(number(&rest[..4]));
        let payload_at = 12 + number(&frame[4..8]);
        let payload = as_text(&frame[payload_at..frame.len() - 4], word, other);
        let length = u32::try_from(payload_at + payload.len() + 4).expect("a frame is short");
        let mut again = [&length.to_be_bytes(), &frame[4..8]].concat();
        again.extend(crc32fast::hash(&again).to_be_bytes());
        again.extend(&frame[12..payload_at]);
        again.extend(payload);
        again.extend(crc32fast::hash(&again).to_be_bytes());
        out.extend(again);
        rest = after;
    }
    out
}

/// What a golden answer says, and thinks before.
const TEXT: &str = "Grüße 😀\r\n\"quoted\" so far";
const THOUGHT: &str = "Let me think.";

/// Numbers that stand nowhere else in an answer.
const USAGE: Usage = Usage {
    input_tokens: 4711,
    cached_tokens: 0,
    cache_write_tokens: 0,
    output_tokens: 4712,
    reasoning_tokens: 0,
};

impl Wire {
    fn name(&self) -> &'static str {
        self.kind.as_str()
    }

    /// An answer with no text yet, in the words of the vendor.
    fn chat(&self) -> ChatReply {
        ChatReply::at(self.call)
    }

    /// A whole answer as its vendor streams it.
    fn golden(&self) -> ChatReply {
        self.chat().reasoning(THOUGHT).texts(TEXT.split_inclusive(' ')).usage(USAGE)
    }

    /// The bytes of an answer that is not complete: only text came.
    fn begun(&self) -> Vec<u8> {
        self.chat().text("so far").unfinished().into_reply().body_bytes()
    }

    fn error(&self, status: u16, message: &str) -> Reply {
        Reply::error_at(self.call, status, message, "", None)
    }
}

/// A server, and a provider of one kind that has a key for it.
struct World {
    server: ScriptedServer,
    provider: Arc<dyn Provider>,
}

impl World {
    async fn of(wire: &Wire) -> Self {
        let server = ScriptedServer::start().await;
        let base_url = server.base_url().join(wire.base).expect("a path makes a URL");
        let config = Config { kind: wire.kind, ..provider(base_url, Some(ENV)) };
        Self { server, provider: connect(&config) }
    }

    /// What comes of a call that is answered so.
    async fn answered(&self, reply: impl Into<Reply>) -> Answer {
        self.server.enqueue(reply);
        call_with(&self.provider, |_| ()).await
    }
}

/// The answer came whole.
fn assert_golden(answer: &Answer, what: &str) {
    assert_eq!((answer.text().as_str(), &answer.failure), (TEXT, &None), "{what}");
    assert!(answer.finish().is_some(), "{what}");
    let usage = answer.usage().map(|usage| (usage.input_tokens, usage.output_tokens));
    assert_eq!(usage, Some((USAGE.input_tokens, USAGE.output_tokens)), "{what}");
}

#[test]
fn every_kind_of_provider_that_is_called_has_its_row() {
    let called = ProviderKind::ALL.into_iter().filter(|kind| *kind != ProviderKind::DryRun);
    for kind in called {
        assert!(WIRES.iter().any(|wire| wire.kind == kind), "{kind:?}");
    }
}

#[tokio::test]
async fn a_call_goes_where_its_wire_format_wants_it() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        assert_golden(&world.answered(wire.golden()).await, wire.name());
        let sent = world.server.last_request();
        let path = sent.path.split('?').next().unwrap();
        assert_eq!((sent.method.as_str(), path), ("POST", wire.call), "{}", wire.name());
        assert_eq!(sent.header("accept-encoding"), Some("identity"), "{}", wire.name());
    }
}

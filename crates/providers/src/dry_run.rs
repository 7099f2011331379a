//! The built-in provider that streams the rendered prompt back, with no key and no network.

use formaops_domain::{
    AttachmentHash, ErrorClass, Failure, FinishReason, ListedModel, Media, MediaSource, ProviderKind,
    RequestHash, Usage, canonical_hash,
    ports::{
        AnswerReader, MessagePart, ModelMessage, ModelRequest, PartStream, Provider, RateLimits, StreamPart,
        TokenCounter, Wants,
    },
};
use futures::{FutureExt as _, StreamExt as _, future::BoxFuture, stream};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// Answers with the prompt: its text, or its messages with their roles as headings. Images and files are named.
pub struct DryRun {
    tokens: Arc<dyn TokenCounter>,
}

impl DryRun {
    /// The one model.
    pub const MODEL: &'static str = "echo";

    /// The time between two pieces of the answer, so that it streams like one of a model.
    const PACE: Duration = Duration::from_millis(10);

    /// The numbers of a vector.
    const DIMENSIONS: usize = 256;

    /// The most pieces of an answer: at this pace it takes 2 s at most.
    const MAX_PIECES: usize = 200;

    /// A dry run that counts tokens with `tokens`.
    #[must_use]
    pub fn new(tokens: Arc<dyn TokenCounter>) -> Self {
        Self { tokens }
    }

    fn check(request: &ModelRequest) -> Result<(), Failure> {
        if request.model != Self::MODEL {
            return Err(Failure::new(
                ErrorClass::NotFound,
                format!("`dry-run` has no model `{}`", request.model),
                format!("Use `dry-run:{}`.", Self::MODEL),
            ));
        }
        request.parameters.check().map_err(crate::failure::bad_parameters)
    }

    fn usage(&self, request: &ModelRequest, answer: &str) -> Usage {
        let count = |text: &str| self.tokens.count(Self::MODEL, text).tokens;
        Usage {
            input_tokens: request.messages.iter().map(|message| count(&message.all_text())).sum(),
            output_tokens: count(answer),
            ..Usage::default()
        }
    }
}

impl Provider for DryRun {
    fn kind(&self) -> ProviderKind {
        ProviderKind::DryRun
    }

    fn is_local(&self) -> bool {
        true
    }

    fn stream(&self, request: ModelRequest) -> PartStream {
        if let Err(failure) = Self::check(&request) {
            return stream::iter([Err(failure)]).boxed();
        }
        let text = match request.wants {
            Wants::Answer => answer(&request),
            Wants::Vectors => vectors(&request),
        };
        let usage = self.usage(&request, &text);
        let begin = [
            StreamPart::Sent { request_hash: hash(&request) },
            StreamPart::Head {
                http_status: None,
                request_id: None,
                headers: BTreeMap::new(),
                rates: RateLimits::default(),
            },
        ];
        let said = stream::iter(pieces(&text)).then(|piece| async {
            tokio::time::sleep(Self::PACE).await;
            stream::iter([StreamPart::Raw(piece.clone().into()), StreamPart::Text(piece)])
        });
        let end = [StreamPart::Finish(FinishReason::Stop.into()), StreamPart::Usage(usage)];
        stream::iter(begin).chain(said.flatten()).chain(stream::iter(end)).map(Ok).boxed()
    }

    fn request_hash(&self, request: &ModelRequest) -> Result<RequestHash, Failure> {
        Self::check(request)?;
        Ok(hash(request))
    }

    fn reader(&self, _: &ModelRequest) -> Result<Box<dyn AnswerReader>, Failure> {
        Ok(Box::new(Said::default()))
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<ListedModel>, Failure>> {
        async { Ok(vec![ListedModel::new(Self::MODEL)]) }.boxed()
    }
}

/// Reads what a dry run has said, which is the text itself. It holds the beginning of a character whose end is to come.
#[derive(Default)]
struct Said(Vec<u8>);

impl AnswerReader for Said {
    fn read(&mut self, bytes: &[u8]) -> Result<Vec<StreamPart>, Failure> {
        self.0.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.0) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.0.len(),
        };
        let said: Vec<u8> = self.0.drain(..whole).collect();
        Ok(vec![StreamPart::Text(String::from_utf8_lossy(&said).into_owned())])
    }

    fn end(&mut self) -> Result<Vec<StreamPart>, Failure> {
        Ok(vec![StreamPart::Finish(FinishReason::Stop.into())])
    }
}

fn answer(request: &ModelRequest) -> String {
    match request.messages.as_slice() {
        [message] => told(message),
        messages => {
            let said =
                messages.iter().map(|message| format!("## {}\n\n{}", message.role.as_str(), told(message)));
            said.collect::<Vec<_>>().join("\n\n")
        }
    }
}

/// A vector of each text, by the words in it: those of texts with the same words are the same, and those of texts that
/// share none are at right angles, but for words that fall together.
fn vectors(request: &ModelRequest) -> String {
    let vector = |message: &ModelMessage| {
        let mut vector = vec![0.0_f32; DryRun::DIMENSIONS];
        let text = message.all_text().to_lowercase();
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let hash = canonical_hash(&word);
            vector[usize::from(u16::from_le_bytes([hash[0], hash[1]])) % DryRun::DIMENSIONS] += 1.0;
        }
        vector
    };
    json!(request.messages.iter().map(vector).collect::<Vec<_>>()).to_string()
}

/// What a message says, with a line for each image and file before it.
fn told(message: &ModelMessage) -> String {
    let named = media(message).map(|media| {
        let kind = if media.is_image() { "image" } else { "file" };
        let name = media.name.as_deref().unwrap_or(&media.media_type);
        match &media.source {
            MediaSource::Bytes(bytes) => format!("[{kind} {name}, {}]", size(bytes.len())),
            MediaSource::Url(url) => format!("[{kind} {name}, {url}]"),
        }
    });
    let text = message.all_text();
    let said = (!text.is_empty()).then_some(text);
    named.chain(said).collect::<Vec<_>>().join("\n")
}

fn media(message: &ModelMessage) -> impl Iterator<Item = &Media> {
    message.parts.iter().filter_map(|part| match part {
        MessagePart::Media(media) => Some(media),
        MessagePart::Text(_) | MessagePart::ToolCall(_) | MessagePart::ToolResult(_) => None,
    })
}

/// A number of bytes in thousands or millions of them, as the limits of vendors count.
fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..999_500 => format!("{} KB", (bytes + 500) / 1_000),
        _ => {
            let tenths = (bytes + 50_000) / 100_000;
            format!("{}.{} MB", tenths / 10, tenths % 10)
        }
    }
}

/// The answer in pieces of one word, or of several where there are many.
fn pieces(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_inclusive(char::is_whitespace).collect();
    let size = words.len().div_ceil(DryRun::MAX_PIECES).max(1);
    words.chunks(size).map(<[&str]>::concat).collect()
}

fn hash(request: &ModelRequest) -> RequestHash {
    let messages = request.messages.iter();
    let messages: Vec<_> = messages
        .map(|message| {
            let media: Vec<_> = media(message).map(fingerprint).collect();
            let mut hashed = json!({ "role": message.role.as_str(), "content": message.all_text() });
            if !media.is_empty() {
                hashed["media"] = media.into();
            }
            hashed
        })
        .collect();
    let mut body = json!({ "messages": messages, "parameters": request.parameters });
    if request.wants == Wants::Vectors {
        body["wants"] = "vectors".into();
    }
    RequestHash::from_array(canonical_hash(
        &json!({ "wire": "dry-run", "model": request.model, "body": body }),
    ))
}

/// An image or a file in the name of a call: its bytes by their hash.
fn fingerprint(media: &Media) -> Value {
    let source = match &media.source {
        MediaSource::Bytes(bytes) => AttachmentHash::of(bytes).to_string(),
        MediaSource::Url(url) => url.to_string(),
    };
    json!({ "mediaType": media.media_type, "name": media.name, "source": source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tokens;
    use formaops_domain::{Parameters, Role};
    use formaops_testkit::request;
    use tokio::time::Instant;

    async fn run(request: ModelRequest) -> Vec<Result<StreamPart, Failure>> {
        DryRun::new(Arc::new(Tokens)).stream(request).collect().await
    }

    fn text_of(parts: &[Result<StreamPart, Failure>]) -> String {
        let texts = parts.iter().filter_map(|part| match part {
            Ok(StreamPart::Text(text)) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    #[tokio::test(start_paused = true)]
    async fn the_prompt_comes_back_word_by_word_and_ends_like_an_answer() {
        let parts = run(request("echo", "Say  hello,\nplease.")).await;
        let parts: Vec<_> = parts.into_iter().map(Result::unwrap).collect();
        let text = |text: &str| [StreamPart::Raw(text.to_owned().into()), StreamPart::Text(text.to_owned())];
        assert!(matches!(parts[0], StreamPart::Sent { .. }));
        assert_eq!(
            parts[1],
            StreamPart::Head {
                http_status: None,
                request_id: None,
                headers: BTreeMap::new(),
                rates: RateLimits::default()
            }
        );
        assert_eq!(parts[2..10], [text("Say "), text(" "), text("hello,\n"), text("please.")].concat());
        let usage = Usage { input_tokens: 5, output_tokens: 5, ..Usage::default() };
        assert_eq!(parts[10..], [StreamPart::Finish(FinishReason::Stop.into()), StreamPart::Usage(usage)]);
    }

    #[tokio::test(start_paused = true)]
    async fn several_messages_come_back_under_the_names_of_their_roles() {
        let mut request = request("echo", "Hi");
        request.messages.insert(0, ModelMessage::text(Role::System, "Be brief."));
        assert_eq!(text_of(&run(request).await), "## system\n\nBe brief.\n\n## user\n\nHi");
    }

    #[tokio::test(start_paused = true)]
    async fn however_long_the_prompt_it_takes_no_more_than_two_seconds() {
        let text = "word ".repeat(100_000);
        let started = Instant::now();
        assert_eq!(text_of(&run(request("echo", &text)).await), text);
        assert!(started.elapsed() <= Duration::from_secs(3), "{:?}", started.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn an_unknown_model_and_a_bad_parameter_are_refused() {
        let failure = run(request("gpt-4o", "Hi")).await.remove(0).unwrap_err();
        assert_eq!((failure.class, failure.hint.as_str()), (ErrorClass::NotFound, "Use `dry-run:echo`."));
        let hot = Parameters { temperature: Some(9.0), ..Parameters::default() };
        let failure =
            run(ModelRequest { parameters: hot, ..request("echo", "Hi") }).await.remove(0).unwrap_err();
        assert_eq!(failure.class, ErrorClass::BadRequest);
    }

    fn attached(media_type: &str, name: &str, bytes: usize) -> MessagePart {
        MessagePart::Media(Media {
            media_type: media_type.to_owned(),
            name: Some(name.to_owned()),
            source: MediaSource::Bytes(vec![7; bytes].into()),
        })
    }

    #[tokio::test(start_paused = true)]
    async fn images_and_files_come_back_by_name_and_size() {
        let mut request = request("echo", "What is it?");
        request.messages[0].parts.splice(
            0..0,
            [attached("image/png", "a.png", 12_400), attached("application/pdf", "b.pdf", 1_260_000)],
        );
        request.messages.push(ModelMessage { role: Role::User, parts: vec![attached("text/plain", "c", 3)] });
        let expected = "## user\n\n[image a.png, 12 KB]\n[file b.pdf, 1.3 MB]\nWhat is it?\n\n\
                        ## user\n\n[file c, 3 bytes]";
        assert_eq!(text_of(&run(request).await), expected);
    }

    #[test]
    fn the_name_of_a_call_depends_on_the_bytes_that_are_attached() {
        let with = |part: MessagePart| {
            let mut request = request("echo", "a");
            request.messages[0].parts.insert(0, part);
            hash(&request)
        };
        let image = with(attached("image/png", "a.png", 3));
        assert_ne!(image, hash(&request("echo", "a")));
        assert_eq!(image, with(attached("image/png", "a.png", 3)));
        assert_ne!(image, with(attached("image/png", "a.png", 4)));
    }

    #[test]
    fn the_name_of_a_call_depends_on_its_messages_and_parameters() {
        let seeded = Parameters { seed: Some(1), ..Parameters::default() };
        assert_eq!(hash(&request("echo", "a")), hash(&request("echo", "a")));
        assert_ne!(hash(&request("echo", "a")), hash(&request("echo", "b")));
        assert_ne!(
            hash(&request("echo", "a")),
            hash(&ModelRequest { parameters: seeded, ..request("echo", "a") })
        );
    }
}

//! Images and files that are attached to the messages of a prompt.

use crate::{AttachmentHash, Body};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An image or a file of a message. Its bytes are kept apart, under their hash.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attachment {
    /// Its name as a file, without a path: 1 to 255 characters.
    pub name: String,
    /// Its media type, such as `image/png` or `application/pdf`.
    pub media_type: String,
    /// The name of its bytes.
    pub hash: AttachmentHash,
    /// How many bytes it has, 1 to 20,000,000.
    #[schemars(range(min = 1, max = 20_000_000))]
    pub bytes: u64,
}

/// Why an attachment cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAttachment {
    /// The name says more than a name, or nothing.
    #[error(
        "the name of an attachment has 1 to {} characters, none of them `/`, `\\` or a control character, got `{}`",
        Attachment::MOST_NAME,
        .0.escape_debug()
    )]
    Name(String),
    /// The media type is none.
    #[error("a media type is `type/subtype` in lower case, such as `image/png`, got `{}`", .0.escape_debug())]
    MediaType(String),
    /// There are no bytes, or too many.
    #[error("an attachment has 1 to 20,000,000 bytes (20 MB), `{name}` has {bytes}")]
    Size {
        /// The attachment.
        name: String,
        /// The bytes it has.
        bytes: u64,
    },
    /// A message has too many.
    #[error("a message has at most {} attachments, got {}", Attachment::MOST_OF_MESSAGE, .0)]
    Number(usize),
}

impl InvalidAttachment {
    /// The field that is wrong; none where it is about all of a message's together.
    #[must_use]
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::Name(_) => Some("name"),
            Self::MediaType(_) => Some("mediaType"),
            Self::Size { .. } => Some("bytes"),
            Self::Number(_) => None,
        }
    }
}

impl Attachment {
    /// The most bytes of one.
    pub const MOST_BYTES: u64 = 20_000_000;
    /// The most characters of its name.
    pub const MOST_NAME: usize = 255;
    /// The most of one message.
    pub const MOST_OF_MESSAGE: usize = 16;

    /// The attachment of these bytes.
    ///
    /// # Errors
    /// Where [`Self::check`] has something against it.
    pub fn new(name: String, media_type: String, bytes: &[u8]) -> Result<Self, InvalidAttachment> {
        let (hash, bytes) = (AttachmentHash::of(bytes), bytes.len() as u64);
        let attachment = Self { name, media_type, hash, bytes };
        attachment.check().map(|()| attachment)
    }

    /// Checks name, media type and size.
    ///
    /// # Errors
    /// The first of them that breaks its rule.
    pub fn check(&self) -> Result<(), InvalidAttachment> {
        let is_bad = |c: char| matches!(c, '/' | '\\') || c.is_control();
        if !(1..=Self::MOST_NAME).contains(&self.name.chars().count()) || self.name.contains(is_bad) {
            return Err(InvalidAttachment::Name(self.name.clone()));
        }
        if !is_media_type(&self.media_type) {
            return Err(InvalidAttachment::MediaType(self.media_type.clone()));
        }
        if !(1..=Self::MOST_BYTES).contains(&self.bytes) {
            return Err(InvalidAttachment::Size { name: self.name.clone(), bytes: self.bytes });
        }
        Ok(())
    }

    /// Whether it is an image.
    #[must_use]
    pub fn is_image(&self) -> bool {
        self.media_type.starts_with("image/")
    }

    /// How many tokens it comes to at most, by [`crate::media_tokens`].
    #[must_use]
    pub fn estimated_tokens(&self) -> u64 {
        crate::media_tokens(self.is_image(), self.bytes)
    }
}

/// What models tell apart among attachments: one may take images and no files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AttachmentKind {
    /// An image.
    Image,
    /// Any other file, such as a PDF.
    File,
}

/// An attachment that a model is known not to take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UntakenAttachment {
    /// Where it is, such as `messages[1].attachments[0]`.
    pub place: String,
    /// Its name.
    pub name: String,
    /// What the model does not take.
    pub kind: AttachmentKind,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// The names of types and subtypes, as RFC 6838 restricts them in section 4.2, without upper case: types
/// are compared as they stand.
fn is_media_type(text: &str) -> bool {
    let is_name = |name: &str| {
        let mut bytes = name.bytes();
        name.len() <= 127
            && bytes.next().is_some_and(|first| matches!(first, b'a'..=b'z' | b'0'..=b'9'))
            && bytes.all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9') || b"!#$&-^_.+".contains(&byte))
    };
    text.split_once('/').is_some_and(|(kind, subtype)| is_name(kind) && is_name(subtype))
}

impl Body {
    /// The attachments of all messages, each with its place, such as `messages[1].attachments[0]`.
    pub fn attachments(&self) -> impl Iterator<Item = (String, &Attachment)> {
        let messages = match self {
            Self::Text { .. } => [].as_slice(),
            Self::Messages { messages } => messages.as_slice(),
        };
        messages.iter().enumerate().flat_map(|(message, of)| {
            let place = move |at| format!("messages[{message}].attachments[{at}]");
            of.attachments.iter().enumerate().map(move |(at, attachment)| (place(at), attachment))
        })
    }

    /// Everything that is wrong with the attachments, each with its place.
    #[must_use]
    pub fn attachment_problems(&self) -> Vec<(String, InvalidAttachment)> {
        let messages = match self {
            Self::Text { .. } => [].as_slice(),
            Self::Messages { messages } => messages.as_slice(),
        };
        let crowded = messages.iter().enumerate().filter_map(|(at, message)| {
            let number = message.attachments.len();
            let is_crowded = number > Attachment::MOST_OF_MESSAGE;
            is_crowded.then(|| (format!("messages[{at}].attachments"), InvalidAttachment::Number(number)))
        });
        let bad = self.attachments().filter_map(|(place, attachment)| {
            let problem = attachment.check().err()?;
            let place = match problem.field() {
                Some(field) => format!("{place}.{field}"),
                None => place,
            };
            Some((place, problem))
        });
        crowded.chain(bad).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Content, Message, Role};

    fn attachment(name: &str, media_type: &str) -> Result<Attachment, InvalidAttachment> {
        Attachment::new(name.to_owned(), media_type.to_owned(), b"abc")
    }

    fn message(attachments: Vec<Attachment>) -> Message {
        Message { role: Role::User, template: "Look.".to_owned(), attachments }
    }

    #[test]
    fn an_attachment_is_named_by_its_bytes_and_counts_them() {
        let image = attachment("a.png", "image/png").unwrap();
        assert_eq!((image.hash, image.bytes), (AttachmentHash::of(b"abc"), 3));
        assert_eq!(image.hash.as_bytes(), blake3::hash(b"abc").as_bytes());
        assert!(image.is_image());
        assert!(!attachment("a.pdf", "application/pdf").unwrap().is_image());
    }

    #[test]
    fn what_breaks_a_rule_is_refused_with_the_limit() {
        let longest = "ä".repeat(255);
        assert!(attachment(&longest, "image/svg+xml").is_ok());
        for name in ["", "a/b.png", "a\\b.png", "a\nb.png", &format!("{longest}ä")] {
            let error = attachment(name, "image/png").unwrap_err();
            assert_eq!(error.field(), Some("name"), "{name}");
            assert!(error.to_string().contains("1 to 255 characters"), "{error}");
        }
        for media_type in ["", "image", "image/", "/png", "Image/png", "image/png; a=b", "a/b/c", "-a/b"] {
            let error = attachment("a.png", media_type).unwrap_err();
            assert_eq!(error, InvalidAttachment::MediaType(media_type.to_owned()));
        }
        let sized = |bytes| Attachment { bytes, ..attachment("a.png", "image/png").unwrap() }.check();
        assert!(sized(Attachment::MOST_BYTES).is_ok());
        for bytes in [0, Attachment::MOST_BYTES + 1] {
            let error = sized(bytes).unwrap_err().to_string();
            let expected = format!("an attachment has 1 to 20,000,000 bytes (20 MB), `a.png` has {bytes}");
            assert_eq!(error, expected);
        }
    }

    #[test]
    fn every_problem_of_a_body_is_told_with_its_place() {
        let good = attachment("a.png", "image/png").unwrap();
        let bad = Attachment { media_type: "png".to_owned(), ..good.clone() };
        let messages = vec![message(vec![good.clone(), bad]), message(vec![good; 17])];
        let body = Body::Messages { messages };
        let problems = body.attachment_problems();
        let told: Vec<_> =
            problems.iter().map(|(place, problem)| (place.as_str(), problem.to_string())).collect();
        assert_eq!(
            told,
            [
                ("messages[1].attachments", "a message has at most 16 attachments, got 17".to_owned()),
                (
                    "messages[0].attachments[1].mediaType",
                    "a media type is `type/subtype` in lower case, such as `image/png`, got `png`".to_owned()
                ),
            ]
        );
        assert!(Body::text("Hi").attachment_problems().is_empty());
    }

    #[test]
    fn content_without_attachments_keeps_the_hash_it_had_before_there_were_any() {
        let of = |attachments| Content {
            body: Body::Messages { messages: vec![message(attachments)] },
            ..Content::default()
        };
        let json = serde_json::to_value(of(Vec::new())).unwrap();
        assert!(json["body"]["messages"][0].get("attachments").is_none(), "{json}");
        let image = attachment("a.png", "image/png").unwrap();
        let renamed = Attachment { name: "b.png".to_owned(), ..image.clone() };
        assert_ne!(of(vec![image.clone()]).hash(), of(Vec::new()).hash());
        assert_ne!(of(vec![image]).hash(), of(vec![renamed]).hash());
    }
}

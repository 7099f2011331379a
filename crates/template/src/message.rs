//! What rendering answers: messages made of segments.

use crate::{
    Diagnostic, media,
    segments::{Segment, Segments},
};
use bytes::Bytes;
use formaops_domain::{
    Attachment, AttachmentHash, Media, MediaSource, Role,
    ports::{MessagePart, ModelMessage},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A rendered prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rendered {
    /// The messages in the order they are sent.
    pub messages: Vec<RenderedMessage>,
    /// Warnings that came up, such as names that no variable has.
    pub diagnostics: Vec<Diagnostic>,
}

impl Rendered {
    /// What is attached to the messages, in order.
    pub fn attachments(&self) -> impl Iterator<Item = &Attachment> {
        self.messages.iter().flat_map(|message| &message.attachments)
    }

    /// The messages as a provider takes them: what is attached first, then the text, which is left out where
    /// it is blank beside an attachment. `bytes` are those of all [`Self::attachments`].
    ///
    /// # Panics
    /// Where the bytes of an attachment are missing.
    #[must_use]
    pub fn into_model_messages(self, bytes: &HashMap<AttachmentHash, Bytes>) -> Vec<ModelMessage> {
        self.messages.into_iter().map(|message| message.into_model_message(bytes)).collect()
    }
}

/// A message with its text in segments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RenderedMessage {
    /// Who speaks.
    pub role: Role,
    /// The images and files that are sent before its text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Its text in pieces, none of which is left out.
    #[schemars(with = "Vec<Segment<'static>>")]
    pub segments: Segments,
    /// The template it comes from: 0 for a single text, else the index of the message. An earlier
    /// message of the conversation has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<usize>,
}

impl RenderedMessage {
    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.segments.text()
    }

    fn into_model_message(self, bytes: &HashMap<AttachmentHash, Bytes>) -> ModelMessage {
        let media = |attachment: Attachment| {
            let source = MediaSource::Bytes(bytes[&attachment.hash].clone());
            MessagePart::Media(Media {
                media_type: attachment.media_type,
                name: Some(attachment.name),
                source,
            })
        };
        let attached: Vec<_> = self.attachments.into_iter().map(media).collect();
        let says_something = attached.is_empty() || !self.segments.text().trim().is_empty();
        let said = match said(&self.segments) {
            Some(parts) => parts,
            None => {
                says_something.then(|| MessagePart::Text(self.segments.into_text())).into_iter().collect()
            }
        };
        ModelMessage { role: self.role, parts: attached.into_iter().chain(said).collect() }
    }
}

/// The texts and media of a message with media, in order; blanks between them are left out.
fn said(segments: &Segments) -> Option<Vec<MessagePart>> {
    segments.has_media().then(|| {
        let (mut parts, mut text) = (Vec::new(), String::new());
        let end = |text: &mut String, parts: &mut Vec<MessagePart>| {
            let text = std::mem::take(text);
            parts.extend((!text.trim().is_empty()).then_some(MessagePart::Text(text)));
        };
        for segment in segments.iter() {
            if let Segment::Media { url, content_type, .. } = &segment {
                end(&mut text, &mut parts);
                parts.extend(media::read(url, content_type.as_deref()).map(MessagePart::Media));
            } else {
                text.push_str(segment.text());
            }
        }
        end(&mut text, &mut parts);
        parts
    })
}

//! The text of a message, and which piece of it comes from where.

use crate::{sink::MAX_OUTPUT_BYTES, source::SourceRange};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// The pieces of a message in order. All text is in one buffer and all paths are in another, so that a piece costs no
/// memory of its own; it is put together as a [`Segment`] when it is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Segments {
    text: String,
    paths: String,
    pieces: Vec<Piece>,
    /// What the pieces that are media and sections have, in their order.
    media: Vec<Medium>,
    sections: Vec<String>,
}

/// The most bytes of all paths of a message together: values after that have none.
const MAX_PATH_BYTES: usize = MAX_OUTPUT_BYTES;

/// How many pieces a message has or can soon have.
const USUAL_PIECES: usize = 16;

/// What a piece is, and where it ends. It begins where the one before ends.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    kind: Kind,
    /// The end in the text.
    end: u32,
    /// The end in the paths.
    path_end: u32,
    source: SourceRange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Literal,
    Value,
    Media,
    Section,
    History,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Medium {
    url: String,
    content_type: Option<String>,
}

impl Segments {
    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole text.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    /// The pieces in order, none of which is left out.
    pub fn iter(&self) -> impl Iterator<Item = Segment<'_>> {
        let (mut media, mut sections) = (self.media.iter(), self.sections.iter());
        let (mut start, mut path_start) = (0, 0);
        self.pieces.iter().filter_map(move |&Piece { kind, end, path_end, source }| {
            let (end, path_end) = (end as usize, path_end as usize);
            let text = Cow::Borrowed(&self.text[start..end]);
            let path = Cow::Borrowed(&self.paths[path_start..path_end]);
            (start, path_start) = (end, path_end);
            Some(match kind {
                Kind::Literal => Segment::Literal { text, source },
                Kind::Value => Segment::Value { text, path, source },
                Kind::Media => {
                    let Medium { url, content_type } = media.next()?;
                    let content_type = content_type.as_deref().map(Cow::Borrowed);
                    Segment::Media { url: Cow::Borrowed(url), content_type, source }
                }
                Kind::Section => Segment::Section { name: Cow::Borrowed(sections.next()?), source },
                Kind::History => Segment::History { text },
            })
        })
    }

    /// Whether an image or another file is among them.
    #[must_use]
    pub fn has_media(&self) -> bool {
        !self.media.is_empty()
    }

    /// Whether nothing is there but blanks of the template.
    pub(crate) fn is_blank(&self) -> bool {
        self.pieces.iter().all(|piece| piece.kind == Kind::Literal) && self.text.trim().is_empty()
    }

    /// Makes room for a text of this many bytes.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.text.reserve(bytes);
        self.pieces.reserve(USUAL_PIECES);
    }

    pub(crate) fn literal(&mut self, text: &str, source: SourceRange) {
        self.text.push_str(text);
        self.end(Kind::Literal, source);
    }

    /// A value, whose text and path are written by those who know them. Answers with the length of the text.
    pub(crate) fn value(
        &mut self,
        source: SourceRange,
        write_text: impl FnOnce(&mut String),
        write_path: impl FnOnce(&mut String),
    ) -> usize {
        let before = self.text.len();
        write_text(&mut self.text);
        if self.paths.len() < MAX_PATH_BYTES {
            write_path(&mut self.paths);
        }
        self.end(Kind::Value, source);
        self.text.len() - before
    }

    pub(crate) fn media(&mut self, url: String, content_type: Option<String>, source: SourceRange) {
        self.media.push(Medium { url, content_type });
        self.end(Kind::Media, source);
    }

    pub(crate) fn section(&mut self, name: String, source: SourceRange) {
        self.sections.push(name);
        self.end(Kind::Section, source);
    }

    pub(crate) fn history(&mut self, text: &str) {
        self.text.push_str(text);
        self.end(Kind::History, SourceRange::default());
    }

    /// What was written since the last piece is a piece. What does not fit is refused by whoever counts.
    fn end(&mut self, kind: Kind, source: SourceRange) {
        let at = |length| u32::try_from(length).unwrap_or(u32::MAX);
        let (end, path_end) = (at(self.text.len()), at(self.paths.len()));
        self.pieces.push(Piece { kind, end, path_end, source });
    }
}

impl Serialize for Segments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Segments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Segment<'_>>::deserialize(deserializer)?.into_iter().collect())
    }
}

impl<'s> FromIterator<Segment<'s>> for Segments {
    fn from_iter<T: IntoIterator<Item = Segment<'s>>>(segments: T) -> Self {
        let mut all = Self::default();
        for segment in segments {
            match segment {
                Segment::Literal { text, source } => all.literal(&text, source),
                Segment::Value { text, path, source } => {
                    all.value(source, |out| out.push_str(&text), |out| out.push_str(&path));
                }
                Segment::Media { url, content_type, source } => {
                    all.media(url.into_owned(), content_type.map(Cow::into_owned), source);
                }
                Segment::Section { name, source } => all.section(name.into_owned(), source),
                Segment::History { text } => all.history(&text),
            }
        }
        all
    }
}

/// A piece of a message, with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub enum Segment<'s> {
    /// Text of the template.
    Literal {
        /// The text.
        text: Cow<'s, str>,
        /// Where it stands in the template.
        source: SourceRange,
    },
    /// A value that was put in; it may be empty.
    Value {
        /// The value as it is printed.
        text: Cow<'s, str>,
        /// Where the value comes from, such as `files.0.path` or `@context.user`; empty where it was
        /// worked out.
        path: Cow<'s, str>,
        /// The tag in the template.
        source: SourceRange,
    },
    /// An image or another file at an address, between the texts around it.
    Media {
        /// The address; `data:` holds the file itself.
        url: Cow<'s, str>,
        /// The media type, such as `image/png`, where it was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content_type: Option<Cow<'s, str>>,
        /// The tag in the template.
        source: SourceRange,
    },
    /// A part of the message that has a name begins here; models are not told of it.
    Section {
        /// The name.
        name: Cow<'s, str>,
        /// The tag in the template.
        source: SourceRange,
    },
    /// What an earlier message of the conversation said.
    History {
        /// The text.
        text: Cow<'s, str>,
    },
}

impl Segment<'_> {
    /// The text; none of a medium and of the name of a section.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Literal { text, .. } | Self::Value { text, .. } | Self::History { text } => text,
            Self::Media { .. } | Self::Section { .. } => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_every_kind_are_the_same_after_json() {
        let source = SourceRange { line: 1, column: 2, end_line: 3, end_column: 4 };
        let mut segments = Segments::default();
        let value = |segments: &mut Segments, text: &str, path: &str| {
            segments.value(source, |out| out.push_str(text), |out| out.push_str(path));
        };
        segments.literal("A ", source);
        segments.section("code".to_owned(), source);
        value(&mut segments, "é", "files.0");
        segments.media("https://x.test/1.png".to_owned(), None, source);
        value(&mut segments, "", "");
        segments.media("https://x.test/2".to_owned(), Some("image/png".to_owned()), source);
        segments.section("rest".to_owned(), source);
        segments.history("before");
        value(&mut segments, "z", "last");

        let json = serde_json::to_value(&segments).unwrap();
        assert_eq!(json[1]["name"], "code");
        assert_eq!((&json[2]["text"], &json[2]["path"]), (&"é".into(), &"files.0".into()));
        assert_eq!(
            (&json[5]["url"], &json[5]["contentType"]),
            (&"https://x.test/2".into(), &"image/png".into())
        );
        assert_eq!((&json[8]["text"], &json[8]["path"]), (&"z".into(), &"last".into()));
        assert_eq!(segments.text(), "A ébeforez");
        assert_eq!(serde_json::from_value::<Segments>(json).unwrap(), segments);
    }
}

//! Gathers rendered pieces into messages.
//!
//! Roles and boundaries come only through [`Sink::start`] and [`Sink::history`], which only tags of the
//! template call. A value is only ever text of a segment, so nothing it spells can become a message.

use crate::{
    RenderedMessage, TemplateError,
    diagnostic::{DiagnosticCode, Problem},
    media,
    segments::Segments,
    source::SourceRange,
    value::Found,
};
use formaops_domain::{Attachment, ContextMessage, Role};
use std::rc::Rc;

/// The longest rendered prompt in bytes, all messages together.
pub const MAX_OUTPUT_BYTES: usize = 64 * 1024 * 1024;

pub(crate) struct Sink<'k> {
    history: &'k [ContextMessage],
    messages: Vec<RenderedMessage>,
    current: Current,
    bytes: usize,
    problems: Vec<(usize, Problem)>,
    /// The blanks before the partials that are open, from the outermost.
    indents: Vec<Indent>,
    /// Whether `{{history}}` came.
    history_is_placed: bool,
}

/// The blanks that go before each line of a partial.
struct Indent {
    blanks: Rc<str>,
    source: SourceRange,
    /// Whether a line begins.
    at_start: bool,
}

/// A piece of text on its way into a message.
enum Piece<'t> {
    Literal(SourceRange),
    Value(&'t Found<'t>, SourceRange),
}

/// What came out.
pub(crate) struct Gathered {
    pub(crate) messages: Vec<RenderedMessage>,
    /// Each with the index of its template.
    pub(crate) problems: Vec<(usize, Problem)>,
    /// Whether `{{history}}` came.
    pub(crate) history_is_placed: bool,
}

/// The message that text goes to.
struct Current {
    role: Role,
    template: usize,
    /// The tag that started it.
    from: SourceRange,
    /// Whether it is a message of the body, and not begun by a tag.
    has_own_role: bool,
    /// Whether no role was given since `{{history}}`.
    after_history: bool,
    segments: Segments,
    attachments: Vec<Attachment>,
}

impl<'k> Sink<'k> {
    pub(crate) fn new(history: &'k [ContextMessage]) -> Self {
        Self {
            history,
            messages: Vec::new(),
            current: Current::new(Role::User, 0, START),
            bytes: 0,
            problems: Vec::new(),
            indents: Vec::new(),
            history_is_placed: false,
        }
    }

    /// From here on each line begins with these blanks, after those of the calls around.
    pub(crate) fn indent(&mut self, blanks: &str, source: SourceRange) {
        self.indents.push(Indent { blanks: blanks.into(), source, at_start: true });
    }

    pub(crate) fn dedent(&mut self) {
        self.indents.pop();
    }

    /// A text of its own begins: a single template, whose messages are started by tags.
    pub(crate) fn begin_text(&mut self) {
        self.current = Current::new(Role::User, 0, START);
    }

    /// A message with a role of its own begins. What is attached to it belongs to the first of the messages that
    /// its tags make of it.
    pub(crate) fn begin_message(&mut self, role: Role, template: usize, attachments: &[Attachment]) {
        let next = Current::new(role, template, START);
        self.current = Current { has_own_role: true, attachments: attachments.to_vec(), ..next };
    }

    /// Makes room for a text of this many bytes in the message that begins.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.current.segments.reserve(bytes);
    }

    pub(crate) fn literal(&mut self, text: &str, source: SourceRange) -> Result<(), TemplateError> {
        if self.current.after_history && !text.trim().is_empty() {
            self.current.after_history = false;
            let message = "text after `{{history}}` is spoken by the assistant";
            let hint = "Put `{{role \"user\"}}` before it";
            let problem = Problem::warning(DiagnosticCode::TextAfterHistory, source, message, hint);
            self.problems.push((self.current.template, problem));
        }
        self.write(text, &Piece::Literal(source), self.indents.len())
    }

    pub(crate) fn value(&mut self, found: &Found<'_>, source: SourceRange) -> Result<(), TemplateError> {
        if self.indents.is_empty() {
            let write_text = |out: &mut String| found.print(out);
            let length = self.current.segments.value(source, write_text, |out| found.write_path(out));
            return self.count(length);
        }
        let mut text = String::new();
        found.print(&mut text);
        self.write(&text, &Piece::Value(found, source), self.indents.len())
    }

    /// An address of an image or another file, between the texts.
    pub(crate) fn media(
        &mut self,
        url: String,
        content_type: Option<String>,
        source: SourceRange,
    ) -> Result<(), TemplateError> {
        self.count(url.len())?;
        if media::read(&url, content_type.as_deref()).is_none() {
            let message = "the address of the medium is not `http:`, `https:` or `data:` with base64";
            let hint = "Give `url` such an address; nothing is sent for this one";
            let problem = Problem::warning(DiagnosticCode::HelperUse, source, message, hint);
            self.problems.push((self.current.template, problem));
        }
        self.current.segments.media(url, content_type, source);
        Ok(())
    }

    /// The beginning of a part of the message that has a name.
    pub(crate) fn section(&mut self, name: String, source: SourceRange) -> Result<(), TemplateError> {
        self.count(name.len())?;
        self.current.segments.section(name, source);
        Ok(())
    }

    /// Writes a text below the first `depth` indents. As in handlebars.js also an empty line gets the blanks, but not
    /// the last one.
    fn write(&mut self, text: &str, piece: &Piece<'_>, depth: usize) -> Result<(), TemplateError> {
        let Some(level) = depth.checked_sub(1) else {
            self.count(text.len())?;
            let segments = &mut self.current.segments;
            match *piece {
                Piece::Literal(source) => segments.literal(text, source),
                Piece::Value(found, source) => {
                    segments.value(source, |out| out.push_str(text), |out| found.write_path(out));
                }
            }
            return Ok(());
        };
        if text.is_empty() {
            return self.write(text, piece, level);
        }
        for line in text.split_inclusive('\n') {
            let Indent { blanks, source, at_start } = &mut self.indents[level];
            if *at_start {
                let (blanks, source) = (blanks.clone(), *source);
                self.write(&blanks, &Piece::Literal(source), level)?;
            }
            self.indents[level].at_start = line.ends_with('\n');
            self.write(line, piece, level)?;
        }
        Ok(())
    }

    /// `{{role "…"}}`
    pub(crate) fn start(&mut self, role: Role, from: SourceRange) {
        let template = self.current.template;
        self.replace(Current::new(role, template, from));
    }

    /// `{{history}}`. As in dotprompt, what follows in a text is spoken by the assistant; in a message
    /// with a role of its own it keeps that role.
    pub(crate) fn history(&mut self, from: SourceRange) -> Result<(), TemplateError> {
        self.history_is_placed = true;
        let Current { role, template, has_own_role, .. } = self.current;
        let role = if has_own_role { role } else { Role::Assistant };
        // What is attached goes with what is said, not before the conversation that leads to it.
        let attachments =
            if self.current.is_blank() { std::mem::take(&mut self.current.attachments) } else { Vec::new() };
        let next = Current::new(role, template, from);
        self.replace(Current { has_own_role, after_history: !has_own_role, attachments, ..next });
        for message in self.history {
            self.count(message.text.len())?;
            self.messages.push(earlier(message));
        }
        Ok(())
    }

    /// The template is at its end, and with it its last message.
    pub(crate) fn end_template(&mut self) {
        self.replace(Current::new(Role::User, 0, START));
    }

    /// The messages, with the earlier ones of the conversation before the last one of the user where no
    /// tag placed them.
    pub(crate) fn finish(mut self, history_is_placed: bool) -> Result<Gathered, TemplateError> {
        if !history_is_placed && !self.history_is_placed {
            let history = self.history;
            self.count(history.iter().map(|message| message.text.len()).sum())?;
            let last = self.messages.iter().rposition(|message| message.role == Role::User);
            let at = last.unwrap_or(self.messages.len());
            self.messages.splice(at..at, history.iter().map(earlier));
        }
        let Self { messages, problems, history_is_placed, .. } = self;
        Ok(Gathered { messages, problems, history_is_placed })
    }

    fn replace(&mut self, next: Current) {
        let done = std::mem::replace(&mut self.current, next);
        // Only the template's own blanks are dropped: an empty value keeps its message, so that the number
        // of messages does not hang on what a value is. An image says something without a word.
        let is_bare = done.attachments.is_empty();
        if is_bare && done.is_blank() {
            return;
        }
        let segments = &done.segments;
        if is_bare && segments.text().trim().is_empty() && !segments.has_media() {
            let message = format!("the {} message is empty", done.role.as_str());
            let hint = "Give its variables a value; many providers refuse an empty message";
            let problem = Problem::warning(DiagnosticCode::EmptyMessage, done.from, message, hint);
            self.problems.push((done.template, problem));
        }
        let Current { role, template, segments, attachments, .. } = done;
        self.messages.push(RenderedMessage { role, attachments, segments, template: Some(template) });
    }

    fn count(&mut self, bytes: usize) -> Result<(), TemplateError> {
        self.bytes = self.bytes.saturating_add(bytes);
        let limit = MAX_OUTPUT_BYTES;
        if self.bytes > limit { Err(TemplateError::TooLong { limit }) } else { Ok(()) }
    }
}

const START: SourceRange = SourceRange { line: 1, column: 1, end_line: 1, end_column: 1 };

impl Current {
    fn new(role: Role, template: usize, from: SourceRange) -> Self {
        Self {
            role,
            template,
            from,
            has_own_role: false,
            after_history: false,
            segments: Segments::default(),
            attachments: Vec::new(),
        }
    }

    /// Whether nothing came but blanks of the template.
    fn is_blank(&self) -> bool {
        self.segments.is_blank()
    }
}

fn earlier(message: &ContextMessage) -> RenderedMessage {
    let mut segments = Segments::default();
    segments.history(&message.text);
    RenderedMessage { role: message.role, attachments: Vec::new(), segments, template: None }
}

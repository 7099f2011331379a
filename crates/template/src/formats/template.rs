//! Templates made of text that stays text, and of tags.

use crate::helpers;

/// A template of our language that grows piece by piece.
#[derive(Debug, Default)]
pub(super) struct Template {
    text: String,
}

impl Template {
    /// Adds text that stands for itself, whatever it looks like.
    pub(super) fn text(&mut self, text: &str) {
        if self.text.ends_with('{') && text.starts_with('{') {
            self.tag("{{!}}");
        }
        let mut rest = text;
        while let Some(at) = rest.find("{{") {
            self.text.push_str(&rest[..at]);
            if self.text.ends_with(['\\', '{']) {
                self.tag("{{!}}");
            }
            self.text.push_str("\\{{");
            rest = &rest[at + 2..];
        }
        self.text.push_str(rest);
    }

    /// Adds a tag, such as `{{name}}`.
    pub(super) fn tag(&mut self, tag: &str) {
        // A single backslash would make text of it, and a third brace another tag.
        if self.text.ends_with('\\') {
            self.text.push('\\');
        }
        match tag.strip_prefix("{{").map(|inner| inner.strip_prefix('~').unwrap_or(inner)) {
            Some(inner) if self.text.ends_with('{') => {
                self.text.push_str(" {{~");
                self.text.push_str(inner);
            }
            _ => self.text.push_str(tag),
        }
    }

    /// Adds the value of a variable.
    pub(super) fn variable(&mut self, name: &str) {
        self.tag(&format!("{{{{{}}}}}", reference(name)));
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// How a variable of the inputs is named where a helper may have the same name.
pub(super) fn reference(name: &str) -> String {
    if helpers::is_taken(name) { format!("this.{name}") } else { name.to_owned() }
}

/// Whether a text can name a variable.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A template whose only tags are `{{name}}`; all else is text.
pub(super) fn from_names_only(text: &str) -> String {
    let mut template = Template::default();
    let mut rest = text;
    let mut from = 0;
    while let Some(open) = rest[from..].find("{{").map(|at| at + from) {
        let inner = &rest[open + 2..];
        let name = inner.find("}}").map(|end| (inner[..end].trim(), open + 2 + end + 2));
        match name {
            Some((name, after)) if is_name(name) => {
                template.text(&rest[..open]);
                template.variable(name);
                rest = &rest[after..];
                from = 0;
            }
            // The next brace may begin a tag.
            _ => from = open + 1,
        }
    }
    template.text(rest);
    template.finish()
}

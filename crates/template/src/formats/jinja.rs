//! Jinja2 and Nunjucks to our language, as far as it has the words.
//!
//! Names, attributes, `if`, `elif`, `else`, `for`, comments, `raw`, trim markers, comparisons and the filters below
//! have counterparts. What has none stands in the result as `{{jinja "…"}}`: there is no such helper, so the template
//! is shown as wrong at this very place, and is never sent as something else than it was.

mod expression;

use super::{Note, NoteKind, template::Template};
use expression::{Expression, Scope};
use formaops_domain::Place;

/// What became of a template.
#[derive(Debug, PartialEq)]
pub(super) struct Translated {
    pub(super) text: String,
    pub(super) notes: Vec<Note>,
}

/// The blocks of a template do not fit together.
#[derive(Debug, PartialEq)]
pub(super) struct Unbalanced {
    pub(super) message: String,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// Translates a template that begins on a line of the file or text called `path`.
pub(super) fn translate(source: &str, path: &str, first_line: u32) -> Result<Translated, Unbalanced> {
    let mut translator = Translator {
        source,
        path,
        first_line,
        out: Template::default(),
        notes: Vec::new(),
        open: Vec::new(),
        leaves_lines: false,
    };
    translator.run()?;
    let mut notes = translator.notes;
    if translator.leaves_lines {
        let message = "a line with nothing but a block tag leaves no blank line here";
        notes.push(note(NoteKind::Changed, message.to_owned(), path, None));
    }
    Ok(Translated { text: translator.out.finish(), notes })
}

fn note(kind: NoteKind, message: String, path: &str, at: Option<(u32, u32)>) -> Note {
    let (line, column) = at.unzip();
    Note { kind, message, at: Place { path: path.to_owned(), line, column } }
}

/// A block that is not closed yet.
struct Open {
    word: &'static str,
    at: usize,
    /// The names that a loop gives.
    names: Vec<String>,
    /// Whether it has a counterpart; else its end has none either.
    known: bool,
}

struct Translator<'s> {
    source: &'s str,
    path: &'s str,
    first_line: u32,
    out: Template,
    notes: Vec<Note>,
    open: Vec<Open>,
    leaves_lines: bool,
}

/// A tag of the source.
struct Tag<'s> {
    /// The bytes from the first brace to behind the last.
    start: usize,
    end: usize,
    kind: Kind,
    inner: &'s str,
    strip: (bool, bool),
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Value,
    Statement,
    Comment,
}

impl<'s> Translator<'s> {
    fn run(&mut self) -> Result<(), Unbalanced> {
        let mut at = 0;
        while let Some(tag) = self.next_tag(at)? {
            self.out.text(&self.source[at..tag.start]);
            at = tag.end;
            match tag.kind {
                Kind::Comment => self.comment(&tag),
                Kind::Value => self.value(&tag),
                Kind::Statement => {
                    if word(tag.inner) == "raw" {
                        at = self.raw(&tag)?;
                    } else {
                        self.statement(&tag)?;
                    }
                }
            }
        }
        self.out.text(&self.source[at..]);
        match self.open.pop() {
            Some(open) => Err(self.unbalanced(open.at, format!("`{{% {} %}}` is not closed", open.word))),
            None => Ok(()),
        }
    }

    fn next_tag(&self, from: usize) -> Result<Option<Tag<'s>>, Unbalanced> {
        let text = &self.source[from..];
        let found = text.match_indices('{').find_map(|(at, _)| {
            let kind = match text.as_bytes().get(at + 1)? {
                b'{' => Kind::Value,
                b'%' => Kind::Statement,
                b'#' => Kind::Comment,
                _ => return None,
            };
            Some((from + at, kind))
        });
        let Some((start, kind)) = found else { return Ok(None) };
        let (closer, name) = match kind {
            Kind::Value => ("}}", "{{"),
            Kind::Statement => ("%}", "{%"),
            Kind::Comment => ("#}", "{#"),
        };
        let body = &self.source[start + 2..];
        let Some(length) = end_of(body, closer, kind != Kind::Comment) else {
            return Err(self.unbalanced(start, format!("`{name}` is not closed")));
        };
        let inner = &body[..length];
        let (open, inner) = strip_mark(inner, str::strip_prefix::<char>);
        let (close, inner) = strip_mark(inner, str::strip_suffix::<char>);
        let end = start + 2 + length + 2;
        Ok(Some(Tag { start, end, kind, inner: inner.trim(), strip: (open, close) }))
    }

    fn comment(&mut self, tag: &Tag<'_>) {
        let text = tag.inner;
        if text.contains("--") || text.ends_with('-') {
            self.emit(tag, "!");
        } else {
            self.emit(tag, &format!("!-- {text} --"));
        }
    }

    /// Adds a tag with the trim marks of the one that it stands for.
    fn emit(&mut self, tag: &Tag<'_>, inner: &str) {
        let (open, close) = (if tag.strip.0 { "~" } else { "" }, if tag.strip.1 { "~" } else { "" });
        self.out.tag(&format!("{{{{{open}{inner}{close}}}}}"));
    }

    fn value(&mut self, tag: &Tag<'_>) {
        let scope = self.scope();
        match expression::read(tag.inner, &scope) {
            Ok((Expression::Text(text), losses)) if tag.strip == (false, false) => {
                self.out.text(&text);
                self.lossy(tag, losses);
            }
            Ok((value, losses)) => match value.as_tag() {
                Some(inner) => {
                    self.emit(tag, &inner);
                    self.lossy(tag, losses);
                }
                None => self.unknown(tag),
            },
            Err(expression::Unknown) => self.unknown(tag),
        }
    }

    fn lossy(&mut self, tag: &Tag<'_>, losses: Vec<&'static str>) {
        for loss in losses {
            self.note(NoteKind::Changed, tag.start, loss.to_owned());
        }
    }

    fn statement(&mut self, tag: &Tag<'s>) -> Result<(), Unbalanced> {
        let word = word(tag.inner);
        let rest = tag.inner[word.len()..].trim();
        if is_alone(self.source, tag) && tag.strip != (true, true) {
            self.leaves_lines = true;
        }
        match word {
            "if" => {
                let opened = self.begin_if(tag, rest);
                self.open.push(Open { word: "if", at: tag.start, names: Vec::new(), known: opened });
            }
            "for" => {
                let names = self.begin_loop(tag, rest);
                let known = names.is_some();
                self.open.push(Open { word: "for", at: tag.start, names: names.unwrap_or_default(), known });
            }
            "elif" | "elseif" | "else" => self.branch(tag, word, rest)?,
            "endif" | "endfor" => {
                let expected = &word[3..];
                match self.open.pop() {
                    Some(open) if open.word == expected && open.known => {
                        let end = if open.word == "if" { "/if" } else { "/each" };
                        self.emit(tag, end);
                    }
                    Some(open) if open.word == expected => self.unknown(tag),
                    Some(open) => {
                        let message =
                            format!("`{{% {word} %}}` stands where `{{% end{} %}}` must", open.word);
                        return Err(self.unbalanced(tag.start, message));
                    }
                    None => {
                        return Err(self.unbalanced(tag.start, format!("`{{% {word} %}}` closes nothing")));
                    }
                }
            }
            _ => self.unknown(tag),
        }
        Ok(())
    }

    /// Begins `if`, and says whether its condition has a counterpart.
    fn begin_if(&mut self, tag: &Tag<'_>, text: &str) -> bool {
        let read = expression::read(text, &self.scope()).ok();
        let Some((condition, losses)) = read.and_then(|(value, losses)| Some((value.as_argument()?, losses)))
        else {
            self.unknown(tag);
            return false;
        };
        self.emit(tag, &format!("#if {condition}"));
        self.lossy(tag, losses);
        true
    }

    fn branch(&mut self, tag: &Tag<'_>, word: &str, rest: &str) -> Result<(), Unbalanced> {
        let Some(open) = self.open.last() else {
            return Err(self.unbalanced(tag.start, format!("`{{% {word} %}}` belongs to no `{{% if %}}`")));
        };
        let (known, is_if) = (open.known, open.word == "if");
        match word {
            "else" if known && rest.is_empty() => self.emit(tag, "else"),
            "elif" | "elseif" if known && is_if => {
                if let Some((inner, losses)) = self.else_if(rest) {
                    self.emit(tag, &inner);
                    self.lossy(tag, losses);
                } else {
                    // The branch begins with what says so.
                    self.emit(tag, "else");
                    self.unknown(tag);
                }
            }
            _ => self.unknown(tag),
        }
        Ok(())
    }

    fn else_if(&self, text: &str) -> Option<(String, Vec<&'static str>)> {
        let (value, losses) = expression::read(text, &self.scope()).ok()?;
        let inner = format!("else if {}", value.as_argument()?);
        Some((inner, losses))
    }

    /// The names that a loop with a counterpart gives.
    fn begin_loop(&mut self, tag: &Tag<'_>, text: &str) -> Option<Vec<String>> {
        let begun = text.split_once(" in ").and_then(|(names, list)| {
            let names: Vec<String> = names.split(',').map(|name| name.trim().to_owned()).collect();
            if names.iter().any(|name| !super::template::is_name(name)) {
                return None;
            }
            let list = list.trim();
            let (list, params) = match names.as_slice() {
                [item] => (list, item.clone()),
                [key, value] => (list.strip_suffix(".items()").unwrap_or(list), format!("{value} {key}")),
                _ => return None,
            };
            let (value, losses) = expression::read(list, &self.scope()).ok()?;
            Some((format!("#each {} as |{params}|", value.as_argument()?), names, losses))
        });
        let Some((inner, names, losses)) = begun else {
            self.unknown(tag);
            return None;
        };
        self.emit(tag, &inner);
        self.lossy(tag, losses);
        Some(names)
    }

    /// Text up to `{% endraw %}`, and where to go on.
    fn raw(&mut self, tag: &Tag<'_>) -> Result<usize, Unbalanced> {
        let mut at = tag.end;
        loop {
            let Some(found) = self.source[at..].find("{%").map(|found| at + found) else {
                return Err(self.unbalanced(tag.start, "`{% raw %}` is not closed".to_owned()));
            };
            if let Some(length) = self.source[found..].find("%}")
                && self.source[found + 2..found + length].trim_matches(['-', '+']).trim() == "endraw"
            {
                self.out.text(&self.source[tag.end..found]);
                return Ok(found + length + 2);
            }
            at = found + 2;
        }
    }

    /// What has no counterpart stands as a call of a helper that there is not.
    fn unknown(&mut self, tag: &Tag<'_>) {
        let written = &self.source[tag.start..tag.end];
        let quoted = written.replace("{{", "").replace("}}", "").replace(['"', '\n', '\r'], "'");
        self.emit(tag, &format!("jinja \"{}\"", quoted.replace('\\', "/").trim()));
        self.note(
            NoteKind::NotUnderstood,
            tag.start,
            format!("`{written}` has no counterpart; write it anew where `{{{{jinja …}}}}` stands"),
        );
    }

    fn note(&mut self, kind: NoteKind, at: usize, message: String) {
        let at = self.position(at);
        self.notes.push(note(kind, message, self.path, Some(at)));
    }

    fn unbalanced(&self, at: usize, message: String) -> Unbalanced {
        let (line, column) = self.position(at);
        Unbalanced { message, line, column }
    }

    fn position(&self, at: usize) -> (u32, u32) {
        let before = &self.source[..at];
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        (number(line).saturating_add(self.first_line), number(column))
    }

    fn scope(&self) -> Scope<'_> {
        let loops = self.open.iter().filter(|open| open.word == "for" && open.known);
        let names = loops.clone().flat_map(|open| &open.names).map(String::as_str).collect();
        Scope { names, in_loop: loops.count() > 0 }
    }
}

/// The first word of a statement.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// Whether a mark that trims stands at this end, and what is left without it and without `+`.
fn strip_mark<'t>(text: &'t str, strip: fn(&'t str, char) -> Option<&'t str>) -> (bool, &'t str) {
    match strip(text, '-') {
        Some(rest) => (true, rest),
        None => (false, strip(text, '+').unwrap_or(text)),
    }
}

/// Where the closer stands, outside of quotes where those count.
fn end_of(text: &str, closer: &str, quotes: bool) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if text[at..].starts_with(closer) => return Some(at),
            None if quotes && (c == '"' || c == '\'') => quote = Some(c),
            None => {}
        }
    }
    None
}

/// Whether a tag has its line to itself.
fn is_alone(source: &str, tag: &Tag<'_>) -> bool {
    let before = source[..tag.start].rsplit('\n').next().unwrap_or_default();
    let after = source[tag.end..].split('\n').next().unwrap_or_default();
    before.trim().is_empty() && after.trim().is_empty()
}

#[cfg(test)]
mod tests;

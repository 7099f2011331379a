//! Changes a YAML text where its values change, and nowhere else.

use super::{
    front_matter::is_crlf,
    tree::{self, Field, Node, Shape, Style, Tree},
};
use crate::yaml::{self, Limits};
use formaops_domain::JsonObject;
use serde_json::{Value, json};
use std::ops::Range;

/// The text that says `wanted` where `text` says `now`, with all its comments and what stays equal as it is
/// written. Whoever calls checks what comes out: anchors, merge keys and odd forms can make it another one, or
/// none at all.
pub(super) fn patch(text: &str, now: &JsonObject, wanted: &JsonObject) -> Option<String> {
    let tree = tree::read(text)?;
    let mut patch = Patch { text, tree: &tree, edits: Vec::new() };
    if let Some(root) = &tree.root {
        let Shape::Fields(Style::Block, fields) = &root.shape else { return None };
        patch.fields(fields, now, wanted).then_some(())?;
    } else {
        let lines = wanted.iter().map(|(key, value)| Patch::field_lines(key, value, 0)).collect();
        patch.edits.push((text.len()..text.len(), lines));
    }
    Some(patch.apply())
}

/// The same of a text that is a list.
fn patch_items(text: &str, now: &[Value], wanted: &[Value]) -> Option<String> {
    let tree = tree::read(text)?;
    let mut patch = Patch { text, tree: &tree, edits: Vec::new() };
    let Shape::Items(Style::Block, items) = &tree.root.as_ref()?.shape else { return None };
    (!wanted.is_empty() && patch.items(items, now, wanted)).then(|| patch.apply())
}

/// A YAML text that says something else: comments, the order of keys, line ends and whatever stays equal are as they
/// were, as far as that can be. Where it cannot, it is written anew with its comments above it.
pub(crate) fn edit(text: &str, wanted: &Value, limits: Limits) -> String {
    let says = |text: &str| yaml::read(text, limits).is_ok_and(|value| value == *wanted);
    let (mark, plain) = match text.strip_prefix('\u{feff}') {
        Some(text) => ("\u{feff}", text),
        None => ("", text),
    };
    let unix = plain.replace("\r\n", "\n");
    let patched = match (yaml::read(&unix, limits), wanted) {
        (Ok(Value::Object(now)), Value::Object(wanted)) => patch(&unix, &now, wanted),
        (Ok(Value::Array(now)), Value::Array(wanted)) => patch_items(&unix, &now, wanted),
        _ => None,
    };
    let anew = || format!("{}{}", comments(&unix), yaml::write_exactly(wanted, limits));
    let edited = patched.filter(|edited| says(edited)).unwrap_or_else(anew);
    let windows = edited.replace('\n', "\r\n");
    // Texts that have line ends of their own keep those.
    let edited = if is_crlf(plain) && says(&windows) { windows } else { edited };
    format!("{mark}{edited}")
}

/// A text with other values, written anew with the comments of the old one above it.
pub(super) fn rewrite(text: &str, wanted: &JsonObject) -> String {
    let mut written = comments(text);
    if !wanted.is_empty() {
        written += &yaml::write(&json!(wanted), false);
    }
    written
}

/// All comments of a text, each a line.
fn comments(text: &str) -> String {
    let comments = tree::read(text).map_or(Vec::new(), |tree| tree.comments);
    comments.into_iter().map(|comment| format!("{}\n", text[comment].trim_end())).collect()
}

struct Patch<'t> {
    text: &'t str,
    tree: &'t Tree,
    /// What takes the place of what.
    edits: Vec<(Range<usize>, String)>,
}

impl Patch<'_> {
    fn apply(mut self) -> String {
        self.edits.sort_by_key(|(range, _)| (range.start, range.end));
        let (mut patched, mut at) = (String::with_capacity(self.text.len()), 0);
        for (range, text) in self.edits {
            patched.push_str(&self.text[at..range.start.max(at)]);
            patched.push_str(&text);
            at = range.end.max(at);
        }
        patched.push_str(&self.text[at..]);
        patched
    }

    /// Changes a value in its place, or replaces it.
    fn value(&mut self, node: &Node, now: &Value, wanted: &Value, indent: usize, mark: char) {
        let before = self.edits.len();
        let changed = match (&node.shape, now, wanted) {
            (Shape::Fields(Style::Block, fields), Value::Object(now), Value::Object(wanted)) => {
                !wanted.is_empty() && self.fields(fields, now, wanted)
            }
            (Shape::Items(Style::Block, items), Value::Array(now), Value::Array(wanted)) => {
                !wanted.is_empty() && self.items(items, now, wanted)
            }
            (Shape::Fields(Style::Flow, fields), Value::Object(now), Value::Object(wanted)) => {
                self.flow_fields(fields, now, wanted)
            }
            _ => false,
        };
        if !changed {
            self.edits.truncate(before);
            self.replace(node, wanted, indent, mark);
        }
    }

    /// Whether the fields could be changed one by one.
    fn fields(&mut self, fields: &[Field], now: &JsonObject, wanted: &JsonObject) -> bool {
        let Some(indent) = self.indent_of(fields, now) else { return false };
        if !is_same_order(fields, wanted) {
            return false;
        }
        for field in fields {
            match wanted.get(&field.key) {
                None => {
                    let range = self.line_start(field.at.start)..self.line_after(end_of(field));
                    self.remove(range, indent);
                }
                Some(value) if *value == now[&field.key] => {}
                Some(value) => self.value(&field.value, &now[&field.key], value, indent, ':'),
            }
        }
        let mut at = fields.first().map_or(0, |first| self.line_start(first.at.start));
        for (key, value) in wanted {
            if let Some(field) = fields.iter().find(|field| field.key == *key) {
                at = self.line_after(end_of(field));
            } else {
                let lines = Self::field_lines(key, value, indent);
                self.edits.push((at..at, lines));
            }
        }
        true
    }

    /// The indentation of fields that each begin a line, and are the ones that were read.
    fn indent_of(&self, fields: &[Field], now: &JsonObject) -> Option<usize> {
        let first = fields.first()?;
        let indent = first.at.start - self.line_start(first.at.start);
        let each_begins_a_line = fields.iter().all(|field| {
            let start = self.line_start(field.at.start);
            self.text[start..field.at.start].bytes().all(|byte| byte == b' ')
        });
        let are_the_same =
            fields.len() == now.len() && fields.iter().all(|field| now.contains_key(&field.key));
        (each_begins_a_line && are_the_same).then_some(indent)
    }

    /// Whether the items could be changed one by one: equal ones at both ends stay.
    fn items(&mut self, items: &[Node], now: &[Value], wanted: &[Value]) -> bool {
        let begins_a_line = |item: &Node| {
            let start = self.line_start(item.from);
            self.text[start..item.from - 1].bytes().all(|byte| byte == b' ')
        };
        let Some(first) = items.first() else { return false };
        if items.len() != now.len() || !items.iter().all(begins_a_line) {
            return false;
        }
        let indent = first.from - 1 - self.line_start(first.from);
        let head = now.iter().zip(wanted).take_while(|(now, wanted)| now == wanted).count();
        let (now_rest, wanted_rest) = (&now[head..], &wanted[head..]);
        let ends = now_rest.iter().rev().zip(wanted_rest.iter().rev());
        let tail = ends.take_while(|(now, wanted)| now == wanted).count();
        let (old, new) = (&items[head..items.len() - tail], &wanted_rest[..wanted_rest.len() - tail]);
        let mut at = match head.checked_sub(1) {
            Some(last) => self.line_after(items[last].end.max(items[last].from)),
            None => self.line_start(first.from),
        };
        for (index, item) in old.iter().enumerate() {
            let after = self.line_after(item.end.max(item.from));
            match new.get(index) {
                Some(value) => {
                    self.value(item, &now_rest[index], value, indent, '-');
                    at = after;
                }
                None => self.remove(self.line_start(item.from)..after, indent),
            }
        }
        for value in new.iter().skip(old.len()) {
            let lines = Self::lines(&json!([value]), indent);
            self.edits.push((at..at, lines));
        }
        true
    }

    /// Whether the fields between braces could be changed one by one: only values of the same keys can.
    fn flow_fields(&mut self, fields: &[Field], now: &JsonObject, wanted: &JsonObject) -> bool {
        let same = fields.len() == wanted.len() && fields.len() == now.len();
        if !same || !is_same_order(fields, wanted) {
            return false;
        }
        for field in fields {
            let (Some(now), Some(wanted)) = (now.get(&field.key), wanted.get(&field.key)) else {
                return false;
            };
            if now == wanted {
                continue;
            }
            if field.value.start == field.value.end {
                return false;
            }
            self.edits.push((field.value.start..field.value.end, flow(wanted)));
        }
        true
    }

    /// Puts a value in the place of another one, whose comments stay below it.
    fn replace(&mut self, node: &Node, wanted: &Value, indent: usize, mark: char) {
        let range = node.from..node.end.max(node.from);
        let comments = self.comments(&range, indent);
        let rest_of_line = self.text[range.end..].lines().next().unwrap_or_default();
        let is_flow = matches!(node.shape, Shape::Items(Style::Flow, _) | Shape::Fields(Style::Flow, _));
        let text = match wanted {
            Value::String(text) if rest_of_line.trim().is_empty() && is_literal(text) => {
                literal(text, indent)
            }
            Value::Object(_) | Value::Array(_) if is_flow => format!(" {}", flow(wanted)),
            wanted => {
                let lines = match mark {
                    ':' => Self::lines(&json!({ "k": wanted }), indent),
                    _ => Self::lines(&json!([wanted]), indent),
                };
                let skipped = indent + if mark == ':' { "k:".len() } else { "-".len() };
                lines[skipped..].trim_end().to_owned()
            }
        };
        let below = match comments.trim_end() {
            "" => String::new(),
            comments => format!("\n{comments}"),
        };
        self.edits.push((range, text + &below));
    }

    /// Takes lines away, but for the comments in them.
    fn remove(&mut self, range: Range<usize>, indent: usize) {
        let comments = self.comments(&range, indent);
        self.edits.push((range, comments));
    }

    /// The comments within a range, each a line.
    fn comments(&self, range: &Range<usize>, indent: usize) -> String {
        let within = self
            .tree
            .comments
            .iter()
            .filter(|comment| range.start <= comment.start && comment.end <= range.end);
        within
            .map(|comment| {
                let comment = self.text[comment.clone()].trim_end();
                format!("{:indent$}{comment}\n", "")
            })
            .collect()
    }

    fn field_lines(key: &str, value: &Value, indent: usize) -> String {
        match value {
            Value::String(text) if is_literal(text) => {
                let key = Self::lines(&json!({ key: "" }), indent);
                let key = key.trim_end().trim_end_matches("\"\"").trim_end_matches("''").trim_end();
                format!("{key}{}\n", literal(text, indent))
            }
            value => Self::lines(&json!({ key: value }), indent),
        }
    }

    fn lines(value: &Value, indent: usize) -> String {
        let written = yaml::write(value, false);
        written.lines().map(|line| format!("{:indent$}{line}\n", "")).collect()
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |end| end + 1)
    }

    /// Where the line after this place begins.
    fn line_after(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |end| at + end + 1)
    }
}

/// A text of several lines as a block, behind its key.
fn literal(text: &str, indent: usize) -> String {
    let (header, text) = match text.strip_suffix('\n') {
        Some(text) => (" |", text),
        None => (" |-", text),
    };
    let mut written = header.to_owned();
    for line in text.split('\n') {
        written.push('\n');
        if !line.is_empty() {
            written += &format!("{:1$}{line}", "", indent + 2);
        }
    }
    written
}

fn end_of(field: &Field) -> usize {
    field.value.end.max(field.value.from)
}

/// Whether the keys that stay have the order that is wanted.
fn is_same_order(fields: &[Field], wanted: &JsonObject) -> bool {
    let kept = fields.iter().map(|field| field.key.as_str()).filter(|key| wanted.contains_key(*key));
    let is_old = |key: &&str| fields.iter().any(|field| field.key == **key);
    kept.eq(wanted.keys().map(String::as_str).filter(is_old))
}

/// Whether a text can be written as a block of lines and come back as it is.
fn is_literal(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    body.contains('\n')
        && !body.starts_with([' ', '\t', '\n'])
        && !body.ends_with('\n')
        && body.split('\n').all(|line| line.trim_end() == line && !line.starts_with('\t'))
        && !body.contains(|c: char| {
            (c.is_control() && c != '\n') || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
        })
}

/// A value in one line, as it may stand between brackets.
fn flow(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", joined(items.iter().map(flow))),
        Value::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| format!("{}: {}", flow_text(key), flow(value)));
            format!("{{{}}}", joined(fields))
        }
        Value::String(text) => flow_text(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// Plain where it is a word that YAML takes for nothing else.
fn flow_text(text: &str) -> String {
    let is_plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '.'));
    let lower = text.to_ascii_lowercase();
    let is_taken = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&lower.as_str());
    if is_plain && !is_taken { text.to_owned() } else { json!(text).to_string() }
}

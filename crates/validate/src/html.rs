//! HTML as far as rules need it: whether a text is HTML, and whether there is some in it.

use regex::Regex;
use std::{collections::HashSet, sync::LazyLock};

/// The longest text in bytes that can be HTML.
const LIMIT: usize = 10 << 20;

/// The elements of HTML but `html`, `head` and `body`.
static ELEMENTS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "title base link meta style article section nav aside h1 h2 h3 h4 h5 h6 header footer address p hr pre blockquote ol \
     ul li dl dt dd figure figcaption main div a em strong small s cite q dfn abbr ruby rt rp data time code var samp kbd \
     sub sup i b u mark bdi bdo span br wbr img iframe embed object param picture source video audio track map area svg \
     math script noscript canvas ins del table caption colgroup col tbody thead tfoot tr td th form label input button \
     select datalist optgroup option textarea output progress meter fieldset legend details summary dialog menu slot \
     template"
        .split(' ')
        .collect()
});

/// Elements that hold nothing.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
];

/// Elements whose content is text up to their closing tag.
const RAW: &[&str] = &["script", "style", "textarea", "title"];

/// Elements that are parts of a table, and nothing outside of one.
const IN_TABLE: &[&str] = &["caption", "col", "colgroup", "tbody", "td", "tfoot", "th", "thead", "tr"];

/// Parts of a table in which text does not stand; it comes to stand before the table.
const WITHOUT_TEXT: &[&str] = &["table", "tbody", "thead", "tfoot", "tr", "colgroup"];

/// Elements that end a paragraph where they begin.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "details",
    "dialog",
    "div",
    "dl",
    "dd",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "ul",
];

/// Signs of HTML, each with how much it says; two are enough.
static SIGNS: LazyLock<Vec<(Regex, usize)>> = LazyLock::new(|| {
    let signs = [
        (r"<[a-zA-Z][a-zA-Z0-9-]*(?:\s[^>]*)?/>", 1),
        (r"&(?:[a-zA-Z]+|#[0-9]+|#x[0-9a-fA-F]+);", 1),
        (r"(?i)<!DOCTYPE\s+html", 2),
        (r"<!--[^-]*(?:-[^-]+)*-->", 1),
        (r#"\s[a-zA-Z-]+=\s*["'][^"']*["']"#, 1),
        (
            r"(?i)<(?:html|head|body|div|span|p|a|img|h[1-6]|ul|ol|li|table|tr|td|th|form|input|button|script|style|link|meta|br|hr)(?-u:\b)",
            2,
        ),
        (r"<[a-zA-Z][a-zA-Z0-9-]*(?:\s[^>]*)?>", 1),
        (r"</[a-zA-Z][a-zA-Z0-9-]*\s*>", 1),
    ];
    #[expect(clippy::unwrap_used, reason = "the patterns stand here, and a test uses each")]
    signs.into_iter().map(|(sign, weight)| (Regex::new(sign).unwrap(), weight)).collect()
});

/// Whether there is HTML in a text.
pub(crate) fn is_in(text: &str) -> bool {
    let signs = SIGNS.iter().filter(|(sign, _)| sign.is_match(text)).map(|(_, weight)| weight);
    text.len() <= LIMIT && signs.sum::<usize>() >= 2
}

/// Why a text is not HTML; nothing where it is.
pub(crate) fn why_not(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Some("it is empty");
    }
    if text.len() > LIMIT {
        return Some("it is longer than 10 MiB");
    }
    if text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("<?xml")) {
        return Some("it is XML");
    }
    let mut page = Page::default();
    page.read(text);
    if page.has_loose_text && !page.has_body {
        return Some("there is text outside of all elements");
    }
    (!page.has_element).then_some("it has no element of HTML")
}

/// What was seen of a page.
#[derive(Default)]
struct Page {
    open: Vec<String>,
    has_element: bool,
    has_body: bool,
    has_loose_text: bool,
}

impl Page {
    fn read(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            let tag = tag_at(rest);
            rest = match tag {
                Tag::Text(length) => {
                    self.text(&rest[..length]);
                    &rest[length..]
                }
                Tag::Ignored(length) => &rest[length..],
                Tag::Close(name, length) => {
                    self.close(&name);
                    &rest[length..]
                }
                Tag::Open { name, closes_itself, length } => {
                    self.open(&name, closes_itself);
                    let after = &rest[length..];
                    if RAW.contains(&name.as_str()) { after_raw(after, &name) } else { after }
                }
            };
        }
    }

    fn text(&mut self, text: &str) {
        let is_loose = self.open.iter().all(|open| WITHOUT_TEXT.contains(&open.as_str()));
        self.has_loose_text |= is_loose && !text.trim().is_empty();
    }

    fn open(&mut self, name: &str, closes_itself: bool) {
        if ["html", "head", "body"].contains(&name) {
            self.has_element = true;
            self.has_body |= name == "body";
            return;
        }
        if IN_TABLE.contains(&name) && !self.is_open("table") {
            return;
        }
        self.has_element |= ELEMENTS.contains(name) || name.contains('-');
        if BLOCKS.contains(&name) && self.is_open("p") {
            self.close("p");
        }
        if name == "li" && self.open.last().is_some_and(|open| open == "li") {
            self.open.pop();
        }
        let is_foreign = self.is_open("svg") || self.is_open("math") || ["svg", "math"].contains(&name);
        let holds_nothing = VOID.contains(&name) || RAW.contains(&name) || (closes_itself && is_foreign);
        if !holds_nothing {
            self.open.push(name.to_owned());
        }
    }

    fn close(&mut self, name: &str) {
        if let Some(at) = self.open.iter().rposition(|open| open == name) {
            self.open.truncate(at);
        }
    }

    fn is_open(&self, name: &str) -> bool {
        self.open.iter().any(|open| open == name)
    }
}

/// What a text begins with, with its length in bytes.
enum Tag {
    Text(usize),
    Ignored(usize),
    Open { name: String, closes_itself: bool, length: usize },
    Close(String, usize),
}

fn tag_at(text: &str) -> Tag {
    let Some(inside) = text.strip_prefix('<') else { return Tag::Text(text.find('<').unwrap_or(text.len())) };
    let until = |end: &str| text.find(end).map_or(text.len(), |at| at + end.len());
    if text.starts_with("<!--") {
        return Tag::Ignored(until("-->"));
    }
    if inside.starts_with(['!', '?']) {
        return Tag::Ignored(until(">"));
    }
    let (name, is_closing) = inside.strip_prefix('/').map_or((inside, false), |name| (name, true));
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return if is_closing { Tag::Ignored(until(">")) } else { Tag::Text(1) };
    }
    // A tag that does not end is dropped by browsers, with all that comes after it.
    let Some(length) = tag_length(text) else { return Tag::Ignored(text.len()) };
    let end = name.find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>').unwrap_or(name.len());
    let name = name[..end].to_ascii_lowercase();
    if is_closing {
        return Tag::Close(name, length);
    }
    Tag::Open { name, closes_itself: text[..length].ends_with("/>"), length }
}

/// The length of a tag up to its `>`, which may stand in the quoted value of an attribute too.
fn tag_length(text: &str) -> Option<usize> {
    let (mut quote, mut before) = (None, ' ');
    for (index, character) in text.char_indices() {
        match (quote, character) {
            (None, '>') => return Some(index + 1),
            (None, '"' | '\'') if before == '=' => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
        if !character.is_ascii_whitespace() {
            before = character;
        }
    }
    None
}

/// What comes after the closing tag of an element that holds only text.
fn after_raw<'t>(text: &'t str, name: &str) -> &'t str {
    let mut at = 0;
    while let Some(found) = text[at..].find("</").map(|offset| at + offset) {
        let closing = text[found + 2..].get(..name.len());
        if closing.is_some_and(|closing| closing.eq_ignore_ascii_case(name)) {
            let rest = &text[found..];
            return rest.find('>').map_or("", |end| &rest[end + 1..]);
        }
        at = found + 2;
    }
    ""
}

//! Words as in the Penn Treebank: punctuation and the parts of contractions are words of their own
//! (<https://www.cis.upenn.edu/~bies/manuals/tokenize.html>).

use regex::{Captures, Regex};
use std::sync::LazyLock;

/// What is put apart, in this order: each match is written with the text beside it.
static PARTS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let parts = [
        (r"\.{3}", " ... "),
        (r"[;@#$%&]", " $0 "),
        (r"[?!]", " $0 "),
        (r"[\]\[(){}<>]", " $0 "),
        (r"--", " -- "),
    ];
    parts.into_iter().map(|(part, with)| (pattern(part), with)).collect()
});

/// What is put apart at the ends of words; the text begins and ends with a blank then.
static ENDINGS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let endings =
        [("([^'])' ", "$1 ' "), ("(?i)'([smd]) ", " '$1 "), ("('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", " $1 ")];
    endings.into_iter().map(|(ending, with)| (pattern(ending), with)).collect()
});

/// Words that are two.
static CONTRACTIONS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let contractions = [
        "(can)(not)",
        "(d)('ye)",
        "(gim)(me)",
        "(gon)(na)",
        "(got)(ta)",
        "(lem)(me)",
        "(more)('n)",
        "(wan)(na)",
        "('t)(is)",
        "('t)(was)",
    ];
    contractions.into_iter().map(|contraction| pattern(&format!("(?i){contraction}"))).collect()
});

static QUOTES: LazyLock<Regex> = LazyLock::new(|| pattern("``|''|\""));

#[expect(clippy::unwrap_used, reason = "the patterns stand here, and a test uses each")]
fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

/// The words of a text.
pub(crate) fn treebank_words(text: &str) -> Vec<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut text = quotes_apart(&text);
    text = PARTS[0].0.replace_all(&text, PARTS[0].1).into_owned();
    text = separators_apart(&text);
    text = PARTS[1].0.replace_all(&text, PARTS[1].1).into_owned();
    text = last_stop_apart(&text);
    for (part, with) in &PARTS[2..] {
        text = part.replace_all(&text, *with).into_owned();
    }
    text = format!(" {text} ");
    for (ending, with) in ENDINGS.iter() {
        text = ending.replace_all(&text, *with).into_owned();
    }
    for contraction in CONTRACTIONS.iter() {
        text = contraction_apart(contraction, &text);
    }
    text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Quotes become the two marks for an opening and a closing one.
fn quotes_apart(text: &str) -> String {
    let mut is_inside = false;
    let marked = QUOTES.replace_all(text, |found: &Captures<'_>| {
        let quote = found.get_match();
        let before = text[..quote.start()].chars().next_back();
        let opens = before.is_none_or(|before| before == ' ' || "([{<".contains(before));
        is_inside = quote.as_str() == "``" || (quote.as_str() == "\"" && opens && !is_inside);
        if is_inside { " `` " } else { " '' " }
    });
    marked.into_owned()
}

/// Commas and colons that are in no number.
fn separators_apart(text: &str) -> String {
    let mut apart = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        if matches!(character, ':' | ',') && !rest.peek().is_some_and(|next| next.is_numeric()) {
            apart.extend([' ', character, ' ']);
        } else {
            apart.push(character);
        }
    }
    apart
}

/// The full stop at the end, which closing marks may follow; not the one of `u.s.`, nor one of several.
fn last_stop_apart(text: &str) -> String {
    let before_marks = text.trim_end_matches(['\'', ' ', ')', ']', '}', '>']);
    let Some(before) = before_marks.strip_suffix('.') else { return text.to_owned() };
    if before.is_empty() || before.ends_with('.') || ends_with_initials(before) {
        return text.to_owned();
    }
    format!("{before} .{} ", &text[before_marks.len()..])
}

/// Whether a text ends with a letter, a full stop and a letter, before which no word goes on.
fn ends_with_initials(text: &str) -> bool {
    let mut back = text.chars().rev();
    let is_letter = |character: Option<char>| character.is_some_and(|c| c.is_ascii_alphabetic());
    is_letter(back.next())
        && back.next() == Some('.')
        && is_letter(back.next())
        && !back.next().is_some_and(|before| before.is_ascii_alphanumeric() || before == '_')
}

/// Puts the two parts of a contraction apart where it is a word.
fn contraction_apart(contraction: &Regex, text: &str) -> String {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let apart = contraction.replace_all(text, |found: &Captures<'_>| {
        let whole = found.get_match();
        let before = text[..whole.start()].chars().next_back();
        let after = text[whole.end()..].chars().next();
        if before.is_some_and(is_word) || after.is_some_and(is_word) {
            return whole.as_str().to_owned();
        }
        format!(" {} {} ", &found[1], &found[2])
    });
    apart.into_owned()
}

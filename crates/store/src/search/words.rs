//! The words of a search: how SQLite is asked for them, and where they stand in a text.
//!
//! A word here is what the tokenizer of the index takes for one: a stretch of letters and digits, compared
//! without case and without the marks above and below its letters.

use formaops_domain::MatchText;
use std::{mem, ops::Range};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Characters that are shown before the first word that was found, and after it.
const BEFORE: usize = 40;
const AFTER: usize = 160;

/// The most words that are searched for: what somebody pastes can be as long as a prompt.
const MOST_WORDS: usize = 32;
/// The letters that an index of letters holds together.
const LETTERS: usize = 3;

/// What somebody searches for: all of its words, at most 32, of which the last may be just begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    query: String,
    folded: Vec<String>,
    /// What was typed, in lower case and without blanks around it.
    text: String,
}

impl Words {
    /// The words of a text; `None` where it has none, so that there is nothing to search for.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let (places, folded): (Vec<_>, Vec<_>) = words(text).take(MOST_WORDS).unzip();
        let text = &text[..places.last()?.end];
        // Quoted, nothing in it is an operator. What is written as one, such as `v1.2`, is found as one.
        let quoted = text
            .split(|c: char| c.is_whitespace() || c == '\0')
            .filter(|part| words(part).next().is_some())
            .map(|part| format!("\"{}\"", part.replace('"', "\"\"")));
        let query = quoted.collect::<Vec<_>>().join(" ") + "*";
        Some(Self { query, folded, text: text.trim().to_lowercase() })
    }

    /// The words as the full-text index is asked for them.
    pub(crate) fn query(&self) -> &str {
        &self.query
    }

    /// The same, of some columns only.
    pub(crate) fn query_in(&self, columns: &str) -> String {
        format!("{{{columns}}} : ({})", self.query)
    }

    /// What has all words, but not what has all of them in these columns and none in the others.
    pub(crate) fn query_beyond(&self, columns: &str, others: &str) -> String {
        format!("(({}) NOT ({})) OR ({})", self.query, self.query_in(columns), self.query_in(others))
    }

    /// What an index of letters is asked for, to find what was typed also inside of words; nothing where that is too
    /// short for it.
    pub(crate) fn letters_in(&self, columns: &str) -> String {
        format!("{{{columns}}} : {}", letters(&self.text).unwrap_or_else(|| "\"\"".to_owned()))
    }

    /// The text with the letters marked that were typed, where it has them anywhere and an index of letters finds them.
    pub(crate) fn mark_letters(&self, text: &str) -> Option<Vec<MatchText>> {
        letters(&self.text)?;
        let mut wanted = text.char_indices().filter_map(|(start, _)| {
            let mut rest = self.text.chars().peekable();
            let end = text[start..].char_indices().find_map(|(at, c)| {
                let same = c.to_lowercase().all(|c| rest.next_if_eq(&c).is_some());
                (!same || rest.peek().is_none()).then_some((same, start + at + c.len_utf8()))
            });
            end.filter(|&(same, _)| same).map(|(_, end)| start..end)
        });
        let place = wanted.next()?;
        let mut pieces = Pieces::default();
        pieces.push(&text[..place.start], false);
        pieces.push(&text[place.clone()], true);
        pieces.push(&text[place.end..], false);
        Some(pieces.0)
    }

    /// The text around the first of the words in it, in pieces; `None` where it has none of them.
    pub(crate) fn mark(&self, text: &str) -> Option<Vec<MatchText>> {
        let mut found = words(text).filter(|(_, word)| self.has(word)).map(|(place, _)| place).peekable();
        let first = found.peek()?.start;
        let start = text[..first].char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at);
        let end = text[first..].char_indices().nth(AFTER).map_or(text.len(), |(at, _)| first + at);
        let mut pieces = Pieces::default();
        let mut at = start;
        for place in found.take_while(|place| place.start < end) {
            let place = place.start..place.end.min(end);
            pieces.push(&text[at..place.start], false);
            pieces.push(&text[place.clone()], true);
            at = place.end;
        }
        pieces.push(&text[at..end], false);
        Some(pieces.done(start > 0, end < text.len()))
    }

    fn has(&self, word: &str) -> bool {
        let begun = self.folded.last().is_some_and(|last| word.starts_with(last.as_str()));
        begun || self.folded.iter().any(|known| known == word)
    }
}

/// How an index of letters is asked for a text, of which no letter is an operator; `None` where the text is too short,
/// or no such text can be asked for.
pub(crate) fn letters(text: &str) -> Option<String> {
    let can = text.chars().count() >= LETTERS && !text.contains('\0');
    can.then(|| format!("\"{}\"", text.replace('"', "\"\"")))
}

#[derive(Default)]
struct Pieces(Vec<MatchText>);

impl Pieces {
    fn push(&mut self, text: &str, found: bool) {
        if !text.is_empty() {
            self.0.push(MatchText { text: text.to_owned(), found });
        }
    }

    fn done(mut self, cut_before: bool, cut_after: bool) -> Vec<MatchText> {
        if let Some(first) = self.0.first_mut().filter(|first| cut_before && !first.found) {
            first.text.insert(0, '…');
        }
        if cut_after {
            self.push("…", false);
        }
        self.0
    }
}

/// The words of a text, folded, with where they stand.
fn words(text: &str) -> impl Iterator<Item = (Range<usize>, String)> {
    let mut characters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let mut word = String::new();
        let mut place = 0..0;
        for (at, c) in characters.by_ref() {
            let belongs = c.is_alphanumeric() || (!word.is_empty() && is_combining_mark(c));
            if !belongs {
                if word.is_empty() {
                    continue;
                }
                break;
            }
            if word.is_empty() {
                place.start = at;
            }
            place.end = at + c.len_utf8();
            fold(c, &mut word);
        }
        (!word.is_empty()).then(|| (mem::take(&mut place), word))
    })
}

fn fold(c: char, into: &mut String) {
    if c.is_ascii() {
        into.push(c.to_ascii_lowercase());
        return;
    }
    for part in std::iter::once(c).nfd().filter(|part| !is_combining_mark(*part)) {
        into.extend(part.to_lowercase());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(search: &str, text: &str) -> Option<String> {
        let piece = |piece: MatchText| if piece.found { format!("[{}]", piece.text) } else { piece.text };
        Some(Words::of(search)?.mark(text)?.into_iter().map(piece).collect())
    }

    #[test]
    fn what_somebody_types_is_asked_for_as_words_and_never_as_operators() {
        for (text, query) in [
            ("hello", r#""hello"*"#),
            ("  Hello   wor ", r#""Hello" "wor"*"#),
            (r#"say "hi" OR NOT"#, r#""say" """hi""" "OR" "NOT"*"#),
            ("answer:42 - v1.2", r#""answer:42" "v1.2"*"#),
            ("a\0b", r#""a" "b"*"#),
        ] {
            assert_eq!(Words::of(text).unwrap().query(), query, "{text}");
        }
        for nothing in ["", "  ", "-- \"*\"", "\0"] {
            assert_eq!(Words::of(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn of_what_is_as_long_as_a_prompt_the_first_words_are_searched_for() {
        let words = Words::of(&"one.two three ".repeat(1000)).unwrap();
        assert_eq!(words.folded.len(), MOST_WORDS);
        assert_eq!(words.query(), r#""one.two" "three" "#.repeat(10) + r#""one.two"*"#);
    }

    #[test]
    fn letters_are_asked_for_and_marked_also_inside_of_words() {
        let words = Words::of(" LaSs\"i ").unwrap();
        assert_eq!(words.letters_in("name"), r#"{name} : "lass""i""#);
        assert_eq!(Words::of("ab").unwrap().letters_in("name"), r#"{name} : """#);
        for (search, text, marked) in [
            ("RGER", "Großer Ärger", Some("Großer Ä[rger]")),
            ("ss/c", "class/class", Some("cla[ss/c]lass")),
            ("aab", "aaab", Some("a[aab]")),
            ("i̇st", "İstanbul", Some("[İst]anbul")),
            ("la", "class", None),
            ("lasso", "class", None),
        ] {
            let piece = |piece: MatchText| if piece.found { format!("[{}]", piece.text) } else { piece.text };
            let found = Words::of(search).unwrap().mark_letters(text);
            let found = found.map(|pieces| pieces.into_iter().map(piece).collect::<String>());
            assert_eq!(found.as_deref(), marked, "{search} in {text}");
        }
    }

    #[test]
    fn found_words_are_marked_without_regard_to_case_and_to_marks_on_letters() {
        for (search, text, marked) in [
            ("two", "one two three", "one [two] three"),
            ("one thr", "One, two; THREE!", "[One], two; [THREE]!"),
            ("ecole", "À l'École", "À l'[École]"),
            ("École", "e\u{301}cole", "[e\u{301}cole]"),
            ("wo two", "two words", "[two] words"),
            ("日本", "日本語", "[日本語]"),
        ] {
            assert_eq!(shown(search, text).as_deref(), Some(marked), "{search} in {text}");
        }
        assert_eq!(shown("four", "one two three"), None);
        assert_eq!(shown("wo", "two"), None);
    }

    #[test]
    fn a_long_text_is_shown_around_the_first_word_that_was_found() {
        let text = format!("{}needle {}", "ä ".repeat(50_000), "ö ".repeat(50_000));
        let marked = shown("needle", &text).unwrap();
        assert_eq!(marked, format!("…{}[needle] {}ö…", "ä ".repeat(20), "ö ".repeat(76)));
        let word = "x".repeat(500);
        assert_eq!(shown("x", &word).unwrap(), format!("[{}]…", "x".repeat(160)));
    }
}

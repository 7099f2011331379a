//! Whitespace control: `~`, and block tags and comments that have a line to themselves, which take it along.

use super::tags::{TagKind, Token};
use crate::source::Source;

#[derive(Clone, Copy, Default, PartialEq)]
enum Trim {
    #[default]
    Nothing,
    /// What the line of a standalone tag leaves.
    Line,
    /// All whitespace.
    All,
}

pub(super) fn apply(source: &Source<'_>, tokens: &mut [Token]) {
    let mut trims = vec![(Trim::Nothing, Trim::Nothing); tokens.len()];
    for (at, token) in tokens.iter().enumerate() {
        let Token::Tag(tag) = token else { continue };
        let takes_line = !matches!(tag.kind, TagKind::Mustache(_) | TagKind::Broken);
        let alone = takes_line && starts_line(source, tokens, at) && ends_line(source, tokens, at);
        let line = if alone { Trim::Line } else { Trim::Nothing };
        if at > 0 {
            trims[at - 1].1 = if tag.strips_before { Trim::All } else { line };
        }
        if let Some(next) = trims.get_mut(at + 1) {
            next.0 = if tag.strips_after { Trim::All } else { line };
        }
    }
    for (token, (left, right)) in tokens.iter_mut().zip(trims) {
        let Token::Text(bytes) = token else { continue };
        let text = source.slice(*bytes);
        let kept = match left {
            Trim::Nothing => text,
            Trim::All => text.trim_start(),
            Trim::Line => {
                let rest = text.trim_start_matches([' ', '\t']);
                rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n')).unwrap_or(rest)
            }
        };
        bytes.start = bytes.end - kept.len();
        let kept = match right {
            Trim::Nothing => kept,
            Trim::All => kept.trim_end(),
            Trim::Line => kept.trim_end_matches([' ', '\t']),
        };
        bytes.end = bytes.start + kept.len();
    }
}

fn starts_line(source: &Source<'_>, tokens: &[Token], at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return true };
    let Token::Text(bytes) = tokens[before] else { return false };
    let text = source.slice(bytes);
    let blank = text.trim_end().len();
    text[blank..].contains('\n') || (blank == 0 && before == 0)
}

fn ends_line(source: &Source<'_>, tokens: &[Token], at: usize) -> bool {
    let Some(next) = tokens.get(at + 1) else { return true };
    let Token::Text(bytes) = *next else { return false };
    let text = source.slice(bytes);
    let blank = text.len() - text.trim_start().len();
    text[..blank].contains('\n') || (blank == text.len() && at + 2 == tokens.len())
}

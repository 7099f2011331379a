//! Patterns of names: `*` stands for any text, all else for itself.

/// Whether the whole of `text` is of this pattern.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut pieces = rest.split('*').peekable();
    while let Some(piece) = pieces.next() {
        // The last piece has to be the end; each before it is taken where it comes first.
        if pieces.peek().is_none() {
            return text.ends_with(piece);
        }
        match text.find(piece) {
            Some(at) => text = &text[at + piece.len()..],
            None => return false,
        }
    }
    text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_star_stands_for_any_text_and_the_rest_for_itself() {
        for (pattern, text, expected) in [
            ("o3", "o3", true),
            ("o3", "o3-mini", false),
            ("o3*", "o3-mini", true),
            ("*o3", "gpt-o3", true),
            ("*o3", "o3-mini", false),
            ("gpt-*-pro*", "gpt-5.5-pro-2026-04-23", true),
            ("gpt-*-pro*", "gpt-5.5", false),
            ("ab*ba", "aba", false),
            ("*", "", true),
            ("a**b", "ab", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    proptest! {
        #[test]
        fn a_pattern_matches_whatever_its_stars_are_filled_with(
            pieces in proptest::collection::vec("[ab.]{0,3}", 1..5),
            fillings in proptest::collection::vec("[abc]{0,4}", 4),
        ) {
            let text: String =
                pieces.iter().zip(fillings.iter()).map(|(piece, filling)| format!("{filling}{piece}")).collect();
            let (text, pattern) = (format!("{text}!"), format!("*{}!", pieces.join("*")));
            prop_assert!(matches(&pattern, &text), "{pattern} {text}");
            let longer = format!("{text}#");
            prop_assert!(!matches(&pattern, &longer), "{pattern} {longer}");
        }
    }
}

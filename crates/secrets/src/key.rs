//! A key in memory.

use std::fmt;

/// A key: text that can stand in a header, without white space around it.
///
/// It cannot be serialised, cloned or compared, and its `Debug` prints nothing of it.
pub(crate) struct Key(Box<str>);

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unusable {
    Empty,
    /// A header cannot hold it: a control character, such as a line break in the middle.
    Control,
    NotAscii,
}

impl Key {
    /// Reads a key, leaving out white space around it: a file that was read into a variable often
    /// ends in a line break.
    pub(crate) fn read(text: &str) -> Result<Self, Unusable> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Unusable::Empty);
        }
        if text.chars().any(char::is_control) {
            return Err(Unusable::Control);
        }
        if !text.is_ascii() {
            return Err(Unusable::NotAscii);
        }
        Ok(Self(text.into()))
    }

    /// The key itself. Callers put it into a header or a scrubber, and keep it nowhere else.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_around_a_key_is_left_out_and_what_no_header_can_hold_is_refused() {
        assert_eq!(Key::read(" sk-canary\r\n").unwrap().expose(), "sk-canary");
        assert_eq!(Key::read(" \t\n").unwrap_err(), Unusable::Empty);
        assert_eq!(Key::read("sk-\ncanary").unwrap_err(), Unusable::Control);
        assert_eq!(Key::read("sk-\u{7f}").unwrap_err(), Unusable::Control);
        assert_eq!(Key::read("sk-cänary").unwrap_err(), Unusable::NotAscii);
    }

    #[test]
    fn debug_prints_no_character_of_a_key() {
        assert_eq!(format!("{:?}", Key::read("sk-canary").unwrap()), "Key");
    }
}

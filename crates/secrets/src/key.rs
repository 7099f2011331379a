//! A key in memory.

use std::fmt;
use zeroize::Zeroizing;

/// A key: text that can stand in a header, without white space around it.
///
/// It cannot be serialised, cloned or compared, its `Debug` prints nothing of it, and its memory is
/// overwritten when it is forgotten.
pub(crate) struct Key(Zeroizing<String>);

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unusable {
    Empty,
    /// A header cannot hold it: a control character, such as a line break in the middle.
    Control,
    NotAscii,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "is empty",
            Self::Control => "holds a line break or another control character",
            Self::NotAscii => "holds characters that no key has",
        })
    }
}

/// What signs requests to Amazon: the parts of a key that is written
/// `ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN]`.
pub(crate) struct AwsKey<'a> {
    pub(crate) id: &'a str,
    pub(crate) secret: &'a str,
    pub(crate) token: Option<&'a str>,
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
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The key itself. Callers put it into a header, a scrubber or the place where it is kept.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// The parts that sign requests to Amazon, where it is such a key.
    pub(crate) fn aws(&self) -> Option<AwsKey<'_>> {
        let mut parts = self.0.splitn(3, ':');
        let (id, secret, token) = (parts.next()?, parts.next()?, parts.next());
        let is_id =
            !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        (is_id && !secret.is_empty() && token != Some("")).then_some(AwsKey { id, secret, token })
    }

    /// Every text that gives the key away: the whole, and its parts where it has some.
    pub(crate) fn secrets(&self) -> Vec<&str> {
        let mut secrets = vec![self.expose()];
        if let Some(AwsKey { id, secret, token }) = self.aws() {
            secrets.extend([id, secret]);
            secrets.extend(token);
        }
        secrets
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

    #[test]
    fn a_key_of_amazon_has_an_id_a_secret_and_perhaps_a_session() {
        let parts = |text| Key::read(text).unwrap().aws().map(|aws| (aws.secret.len(), aws.token.is_some()));
        assert_eq!(parts("AKIDEXAMPLE:wJalr/K7"), Some((8, false)));
        assert_eq!(parts("ASIAEXAMPLE:wJalr/K7:AQoD//=="), Some((8, true)));
        for other in
            ["ABSKQmVkcm9ja0FQSUtleS0", "bedrock-api-key-YmVk:x", "AKIDEXAMPLE:", ":secret", "AKID:a:"]
        {
            assert_eq!(parts(other), None, "{other}");
        }
    }
}

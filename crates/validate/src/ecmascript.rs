//! Patterns of JavaScript, without flags, in the syntax of the linear-time crate.

use std::{iter::Peekable, str::Chars};

/// What `\s` matches in JavaScript.
const BLANKS: &str =
    r"\t\n\x0B\x0C\r \u{A0}\u{1680}\u{2000}-\u{200A}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}\u{FEFF}";
const DIGITS: &str = "0-9";
const WORDS: &str = "0-9A-Za-z_";

/// Why a pattern is not translated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Untranslated {
    /// Only JavaScript has what it uses, or can tell what it means.
    OnlyJavaScript,
    /// It is a pattern in neither.
    Bad(&'static str),
}

/// The pattern with the meaning it has in JavaScript; none where only JavaScript can tell.
pub(crate) fn translated(pattern: &str) -> Option<String> {
    Translation::of(pattern).ok()
}

/// Why a pattern is none in JavaScript, as far as can be seen from here.
pub(crate) fn refusal(pattern: &str) -> Option<String> {
    match Translation::of(pattern) {
        Err(Untranslated::Bad(why)) => Some(why.to_owned()),
        _ => None,
    }
}

struct Translation<'p> {
    rest: Peekable<Chars<'p>>,
    made: String,
    open_groups: usize,
    /// Whether there is something before that a quantifier can be about.
    can_repeat: bool,
}

/// A character in a class, or a class in it.
enum Member {
    One(char),
    Class,
}

impl<'p> Translation<'p> {
    fn of(pattern: &'p str) -> Result<String, Untranslated> {
        let mut translation =
            Self { rest: pattern.chars().peekable(), made: String::new(), open_groups: 0, can_repeat: false };
        // What is wrong anywhere is told before what is only untranslated.
        let mut untranslated = None;
        while let Some(character) = translation.rest.next() {
            match translation.next(character) {
                Ok(()) => {}
                Err(Untranslated::OnlyJavaScript) => {
                    translation.can_repeat = true;
                    untranslated = Some(Untranslated::OnlyJavaScript);
                }
                Err(bad) => return Err(bad),
            }
        }
        if translation.open_groups > 0 {
            return Err(Untranslated::Bad("a `(` is not closed"));
        }
        untranslated.map_or(Ok(translation.made), Err)
    }

    fn next(&mut self, character: char) -> Result<(), Untranslated> {
        match character {
            '\\' => return self.escape(),
            '[' => return self.class(),
            '(' => return self.group(),
            ')' => {
                self.open_groups =
                    self.open_groups.checked_sub(1).ok_or(Untranslated::Bad("a `)` closes nothing"))?;
                self.atom(")");
            }
            '.' => self.atom(r"[^\n\r\u{2028}\u{2029}]"),
            '^' | '$' | '|' => {
                self.made.push(character);
                self.can_repeat = false;
            }
            '*' | '+' | '?' => return self.repeat(&character.to_string()),
            '{' => match self.counts() {
                Some(counts) => return self.repeat(&counts),
                None => self.atom(r"\{"),
            },
            other => self.literal(other),
        }
        Ok(())
    }

    fn atom(&mut self, text: &str) {
        self.made.push_str(text);
        self.can_repeat = true;
    }

    fn literal(&mut self, character: char) {
        self.atom(&regex_syntax::escape(character.encode_utf8(&mut [0; 4])));
    }

    fn repeat(&mut self, quantifier: &str) -> Result<(), Untranslated> {
        if !self.can_repeat {
            return Err(Untranslated::Bad("there is nothing before a quantifier that it could repeat"));
        }
        self.made.push_str(quantifier);
        self.made.extend(self.rest.next_if_eq(&'?'));
        self.can_repeat = false;
        Ok(())
    }

    /// The rest of `{n}`, `{n,}` or `{n,m}` where it is one, taken.
    fn counts(&mut self) -> Option<String> {
        let inside: String = self.rest.clone().take_while(|c| *c != '}').collect();
        let is_closed = self.rest.clone().nth(inside.chars().count()) == Some('}');
        let is_number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        let (least, most) = inside.split_once(',').unwrap_or((&inside, ""));
        if !is_closed || least.is_empty() || !is_number(least) || !is_number(most) {
            return None;
        }
        self.rest.nth(inside.len());
        Some(format!("{{{inside}}}"))
    }

    fn group(&mut self) -> Result<(), Untranslated> {
        self.open_groups += 1;
        self.can_repeat = false;
        if self.rest.next_if_eq(&'?').is_none() {
            self.made.push('(');
            return Ok(());
        }
        match self.rest.next() {
            Some(':') => self.made.push_str("(?:"),
            Some('<') => {
                let name: String = self.rest.clone().take_while(|c| *c != '>').collect();
                let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
                if name.is_empty()
                    || !name.chars().all(is_word)
                    || name.starts_with(|c: char| c.is_ascii_digit())
                {
                    return Err(Untranslated::OnlyJavaScript);
                }
                self.rest.nth(name.len());
                self.made.push_str(&format!("(?<{name}>"));
            }
            _ => return Err(Untranslated::OnlyJavaScript),
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Untranslated> {
        let Some(escaped) = self.rest.next() else {
            return Err(Untranslated::Bad("it ends with a backslash"));
        };
        match escaped {
            'd' => self.atom(&format!("[{DIGITS}]")),
            'D' => self.atom(&format!("[^{DIGITS}]")),
            'w' => self.atom(&format!("[{WORDS}]")),
            'W' => self.atom(&format!("[^{WORDS}]")),
            's' => self.atom(&format!("[{BLANKS}]")),
            'S' => self.atom(&format!("[^{BLANKS}]")),
            'b' => {
                self.made.push_str(r"(?-u:\b)");
                self.can_repeat = false;
            }
            'B' | 'k' => return Err(Untranslated::OnlyJavaScript),
            other => {
                let character = self.character(other)?;
                self.literal(character);
            }
        }
        Ok(())
    }

    /// The character that is meant by what stands after a backslash.
    fn character(&mut self, escaped: char) -> Result<char, Untranslated> {
        Ok(match escaped {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\x0C',
            'v' => '\x0B',
            '0' if !self.rest.peek().is_some_and(char::is_ascii_digit) => '\0',
            '0'..='9' | 'c' => return Err(Untranslated::OnlyJavaScript),
            'x' => self.code(2)?,
            'u' => self.code(4)?,
            other => other,
        })
    }

    /// A character by this many hexadecimal digits.
    fn code(&mut self, digits: usize) -> Result<char, Untranslated> {
        let code: String = self.rest.clone().take(digits).collect();
        if code.len() != digits || !code.chars().all(|c| c.is_ascii_hexdigit()) {
            return Err(Untranslated::OnlyJavaScript);
        }
        self.rest.nth(digits - 1);
        let code = u32::from_str_radix(&code, 16).map_err(|_| Untranslated::OnlyJavaScript)?;
        char::from_u32(code).ok_or(Untranslated::OnlyJavaScript)
    }

    fn class(&mut self) -> Result<(), Untranslated> {
        let is_negated = self.rest.next_if_eq(&'^').is_some();
        if self.rest.next_if_eq(&']').is_some() {
            self.atom(if is_negated { "(?s:.)" } else { "[^\\s\\S]" });
            return Ok(());
        }
        self.made.push_str(if is_negated { "[^" } else { "[" });
        let mut result = Ok(());
        while let Some(character) = self.rest.next() {
            if character == ']' {
                self.atom("]");
                return result;
            }
            if let Err(why) = self.member_or_range(character) {
                result = Err(why);
            }
        }
        Err(Untranslated::Bad("a `[` is not closed"))
    }

    fn member_or_range(&mut self, character: char) -> Result<(), Untranslated> {
        let first = self.member(character)?;
        let mut ahead = self.rest.clone();
        let is_range = ahead.next() == Some('-') && ahead.peek().is_some_and(|next| *next != ']');
        let Member::One(first) = first else {
            return if is_range { Err(Untranslated::OnlyJavaScript) } else { Ok(()) };
        };
        if !is_range {
            self.class_literal(first);
            return Ok(());
        }
        self.rest.next();
        let Some(second) = self.rest.next() else { return Err(Untranslated::Bad("a `[` is not closed")) };
        let before = self.made.len();
        match self.member(second)? {
            Member::One(second) if first <= second => {
                self.class_literal(first);
                self.made.push('-');
                self.class_literal(second);
                Ok(())
            }
            Member::One(_) => Err(Untranslated::Bad("a range in it ends before it begins")),
            Member::Class => {
                self.made.truncate(before);
                Err(Untranslated::OnlyJavaScript)
            }
        }
    }

    /// One character of a class; a class in it is written at once.
    fn member(&mut self, character: char) -> Result<Member, Untranslated> {
        if character != '\\' {
            return Ok(Member::One(character));
        }
        let Some(escaped) = self.rest.next() else {
            return Err(Untranslated::Bad("it ends with a backslash"));
        };
        let class = match escaped {
            'd' => DIGITS.to_owned(),
            'w' => WORDS.to_owned(),
            's' => BLANKS.to_owned(),
            'D' => format!("[^{DIGITS}]"),
            'W' => format!("[^{WORDS}]"),
            'S' => format!("[^{BLANKS}]"),
            'b' => return Ok(Member::One('\x08')),
            other => return self.character(other).map(Member::One),
        };
        self.made.push_str(&class);
        Ok(Member::Class)
    }

    fn class_literal(&mut self, character: char) {
        self.made.push_str(&regex_syntax::escape(character.encode_utf8(&mut [0; 4])));
    }
}

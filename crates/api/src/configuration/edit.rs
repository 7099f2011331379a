//! Changes one setting in the text of a file and leaves every other byte as it is.
//!
//! A setting that is taken back to its default becomes a comment that says the default, as in the template; one
//! that is set takes the place of such a comment. So a file that is changed often does not grow.

use super::table::{ConfigValue, Definition};
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// The text with a setting set, or taken back to its default. The text must be sound TOML.
pub(super) fn edit(text: &str, definition: &Definition, value: Option<ConfigValue>) -> String {
    let Ok(table) = DeTable::parse(text) else { return text.to_owned() };
    let entries = table.get_ref();
    let present = entries.get_key_value(definition.name);
    match (present, value) {
        (Some((_, old)), Some(value)) => replace(text, old.span(), &value.to_string()),
        (Some((name, old)), None) => {
            let with_default = replace(text, old.span(), &definition.default.to_string());
            replace(&with_default, name.span().start..name.span().start, "# ")
        }
        (None, Some(value)) => {
            let top = top(text, entries);
            if let Some((mark, old)) = commented(&text[..top], definition.name) {
                let set = replace(text, old, &value.to_string());
                return replace(&set, mark, "");
            }
            let at = last_line_end(text, entries).unwrap_or(if top == text.len() { top } else { 0 });
            let break_before = if at > 0 && !text[..at].ends_with('\n') { "\n" } else { "" };
            replace(text, at..at, &format!("{break_before}{} = {value}\n", definition.name))
        }
        (None, None) => text.to_owned(),
    }
}

fn replace(text: &str, range: Range<usize>, new: &str) -> String {
    format!("{}{new}{}", &text[..range.start], &text[range.end..])
}

type Entries<'t> = DeTable<'t>;

/// Where the part of a file ends that stands in no section.
fn top(text: &str, entries: &Entries<'_>) -> usize {
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |found| found + 1);
    entries
        .keys()
        .map(|name| line_start(name.span().start))
        .filter(|&start| text[start..].trim_start().starts_with('['))
        .min()
        .unwrap_or(text.len())
}

/// The end of the line of the last setting that stands in no section.
fn last_line_end(text: &str, entries: &Entries<'_>) -> Option<usize> {
    let plain =
        entries.values().filter(|value| !matches!(value.get_ref(), DeValue::Table(_) | DeValue::Array(_)));
    let end = plain.map(|value| value.span().end).max()?;
    Some(text[end..].find('\n').map_or(text.len(), |found| end + found + 1))
}

/// The `#` before a setting that is commented out, with the blank after it, and where its value stands.
fn commented(text: &str, name: &str) -> Option<(Range<usize>, Range<usize>)> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let mark = start + line.len() - line.trim_start().len();
        start += line.len();
        let Some(rest) = text[mark..start].strip_prefix('#') else { continue };
        let body = start - rest.trim_start_matches(' ').len();
        // Prose that begins with the name is no setting.
        let Ok(table) = DeTable::parse(&text[body..start]) else { continue };
        if let Some(value) = table.get_ref().get(name) {
            return Some((mark..body, body + value.span().start..body + value.span().end));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::template::template;

    fn retries(text: &str, value: Option<u32>) -> String {
        edit(text, Definition::find("retry_limit").unwrap(), value.map(ConfigValue::Number))
    }

    #[test]
    fn a_value_is_changed_in_its_place_and_nothing_else_is() {
        let text = "# mine\n\ntimeout_ms=1 # short\n  retry_limit   =  5   # five, because\n\n# the end";
        let changed = retries(text, Some(7));
        assert_eq!(changed, text.replace("=  5 ", "=  7 "));
        assert_eq!(retries(&changed, None), text.replace("retry_limit   =  5 ", "# retry_limit   =  3 "));
    }

    #[test]
    fn what_is_taken_back_and_set_again_stands_where_it_stood() {
        let text = "retry_limit = 5 # five\r\n[later]\r\nretry_limit = 1\r\n";
        let back = retries(text, None);
        assert_eq!(back, "# retry_limit = 3 # five\r\n[later]\r\nretry_limit = 1\r\n");
        assert_eq!(retries(&back, Some(5)), text);
        assert_eq!(retries(&back, None), back);
    }

    #[test]
    fn a_line_of_the_template_becomes_the_setting() {
        let set = retries(&template(), Some(9));
        assert_eq!(set, template().replace("# retry_limit = 3\n", "retry_limit = 9\n"));
        assert_eq!(retries(&set, None), template());
    }

    #[test]
    fn what_is_new_stands_after_the_other_settings_and_before_every_section() {
        for (text, expected) in [
            ("", "retry_limit = 1\n"),
            ("# words\n", "# words\nretry_limit = 1\n"),
            ("# words", "# words\nretry_limit = 1\n"),
            ("timeout_ms = 5 # a", "timeout_ms = 5 # a\nretry_limit = 1\n"),
            (
                "timeout_ms = 5\n\n# of it\n[later]\na = 1\n",
                "timeout_ms = 5\nretry_limit = 1\n\n# of it\n[later]\na = 1\n",
            ),
            ("[later]\n# retry_limit = 2\n", "retry_limit = 1\n[later]\n# retry_limit = 2\n"),
            ("[[many]]\na = 1\n", "retry_limit = 1\n[[many]]\na = 1\n"),
            ("# retry_limit = is what it is\n", "# retry_limit = is what it is\nretry_limit = 1\n"),
        ] {
            assert_eq!(retries(text, Some(1)), expected, "{text:?}");
        }
    }
}

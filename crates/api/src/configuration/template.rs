//! The file as it would be if it said every default, with what each setting means.

use super::table::{ConfigKind, DEFINITIONS, Definition};
use std::fmt::Write;

/// The widest line of prose.
const WIDTH: usize = 96;

/// A configuration file in which everything is commented out. A line without its first `#` is valid, whichever
/// line it is: prose has two.
#[must_use]
pub fn template() -> String {
    let mut text = String::new();
    let intro = "How FormaOps works. Every line with one `#` says a default; take its `#` away to change it. \
                 Variables of the environment stand over this file. `formaops config check` names what is wrong.";
    prose(&mut text, intro);
    for definition in &DEFINITIONS {
        text.push('\n');
        prose(&mut text, definition.doc);
        prose(&mut text, &bounds(definition));
        let _ = writeln!(text, "# {} = {}", definition.name, definition.default);
    }
    text
}

fn bounds(definition: &Definition) -> String {
    let variable = definition.variable;
    let allowed = definition.allowed();
    match definition.kind {
        ConfigKind::Number { unit, .. } if !unit.is_empty() => {
            format!("In {}: {allowed}. `{variable}` stands over it.", in_words(unit))
        }
        _ => {
            let mut letters = allowed.chars();
            let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
            format!("{first}{}. `{variable}` stands over it.", letters.as_str())
        }
    }
}

/// A unit as a word.
pub(crate) fn in_words(unit: &str) -> &str {
    match unit {
        "ms" => "milliseconds",
        "s" => "seconds",
        "%" => "percent",
        unit => unit,
    }
}

/// Adds words as lines of a comment.
fn prose(text: &mut String, words: &str) {
    let mut width = 0;
    for word in words.split_whitespace() {
        if width == 0 || width + 1 + word.len() > WIDTH {
            text.push_str(if width == 0 { "##" } else { "\n##" });
            width = 2;
        }
        text.push(' ');
        text.push_str(word);
        width += 1 + word.len();
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::read;
    use std::path::Path;

    #[test]
    fn every_line_of_the_template_may_be_uncommented_and_all_together_are_the_defaults() {
        let uncommented = |line: &str| line.strip_prefix('#').unwrap_or(line).to_owned() + "\n";
        for line in template().lines() {
            let found = read::file(&uncommented(line), Path::new("config.toml"));
            assert_eq!(found.problems, [], "{line}");
        }
        let whole: String = template().lines().map(uncommented).collect();
        let found = read::file(&whole, Path::new("config.toml"));
        assert_eq!(found.problems, []);
        for (value, definition) in found.values.iter().zip(&DEFINITIONS) {
            assert_eq!(*value, Some(definition.default), "{}", definition.name);
        }
    }

    #[test]
    fn as_it_is_the_template_says_nothing() {
        assert_eq!(read::file(&template(), Path::new("config.toml")), read::Found::default());
    }
}

//! The page of the documentation about validations, made from the comments at the top of the files of the rules.

use crate::rule::{ASSERTIONS, OWN_SOURCES, UNSUPPORTED};
use std::fmt::Write;

const INTRO: &str = "\
# Validations

A validation checks what a model answers, or the prompt before it is sent. It has a rule, and says what happens where the
rule does not hold: the answer fails, the model is asked again and told why, or it is only told (`alert`). Its result is
a verdict (pass, fail, or error where it could not be decided, which is never a pass), a score from 0 to 1, a message and
details.

Scores are taken together as their mean, weighed by `weight`. Without a threshold an answer passes where every validation
does; with one, where the mean reaches it. A validation of weight 0 counts for nothing and passes. One that only alerts
never fails an answer and is not part of the mean. The scores of validations with the same `metric` are taken together as
a metric of that name.

There are rules of our own, and the assertions of promptfoo under their names. An assertion has a `type`, and mostly a
`value` and a `threshold`. With `not-` before its type it is turned round. A `transform` is JavaScript, such as
`output.trim()` or `JSON.parse(output).name`, that makes of the answer what is checked; several lines need a `return`.
";

/// The page, in Markdown.
#[must_use]
pub fn validations_page() -> String {
    let mut page = format!("{INTRO}\n## Rules\n");
    for source in OWN_SOURCES {
        add(&mut page, source);
    }
    page.push_str("\n## Assertions\n");
    for rule in ASSERTIONS {
        add(&mut page, rule.source);
    }
    page.push_str(
        "\n## Assertions of promptfoo that are not here\n\nA file that uses one is told so.\n\n\
         | assertion | why |\n| --- | --- |\n",
    );
    for (names, why) in UNSUPPORTED {
        let _ = writeln!(page, "| `{}` | {why} |", names.join("`, `"));
    }
    page.push_str("| `promptfoo:redteam:…` | red teaming is not part of it |\n");
    page
}

/// Adds the comment at the top of a source, its heading two levels down.
fn add(page: &mut String, source: &str) {
    page.push('\n');
    for line in source.lines().map_while(|line| line.strip_prefix("//!")) {
        let line = line.strip_prefix(' ').unwrap_or(line);
        let level = if line.starts_with("# ") { "##" } else { "" };
        let _ = writeln!(page, "{level}{line}");
    }
}

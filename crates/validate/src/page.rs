//! The page of the documentation about validations, and what forms tell of assertions, made from the comments at the
//! top of the files of the rules.

use crate::rule::{ASSERTIONS, OWN_SOURCES, Rule, UNSUPPORTED};
use std::fmt::Write;

const INTRO: &str = "\
# Validations

A validation checks what a model answers, or the prompt before it is sent. It has a rule, and says what happens where the
rule does not hold: the answer fails, the model is asked again and told why, or it is only told (`alert`). Its result is
a verdict (pass, fail, or error where it could not be decided, which is never a pass), a score from 0 to 1, a message and
details.

Scores are taken together as their mean, weighed by `weight`. Without a threshold an answer passes where every validation
does; with one, where the mean reaches it and all of it is known: where a judge, or what else a validation needs, did not
answer, the answer does not pass. A validation of weight 0 counts for nothing and passes. One that only alerts
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

/// What whoever chooses or fills in an assertion is told, from the documentation of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssertionGuide {
    /// What it is called; several where they differ in little.
    pub names: &'static [&'static str],
    /// What it checks, in Markdown, as everything else here.
    pub checks: String,
    /// What its `value` is; begins with `None` where it takes none.
    pub value: String,
    /// What its `threshold` is; begins with `None` where it has none.
    pub threshold: String,
    /// Whether a model judges, or makes vectors.
    pub asks_model: bool,
    /// An assertion of the kind, in YAML.
    pub example: String,
}

/// Every kind of assertion, in the order of the documentation.
#[must_use]
pub fn assertion_guides() -> Vec<AssertionGuide> {
    let guide = |rule: &Rule| {
        let text: Vec<_> = comment(rule.source).collect();
        let example = text.iter().skip_while(|line| **line != "```yaml").skip(1);
        let checks = paragraph(&text, "**What it checks.** ");
        AssertionGuide {
            names: rule.names,
            asks_model: checks.contains("model that judges") || checks.contains("embedding model"),
            checks,
            value: paragraph(&text, "**Value.** "),
            threshold: paragraph(&text, "**Threshold.** "),
            example: example.take_while(|line| **line != "```").map(|line| format!("{line}\n")).collect(),
        }
    };
    ASSERTIONS.iter().map(guide).collect()
}

/// The paragraph that begins with these words, without them, on one line.
fn paragraph(text: &[&str], start: &str) -> String {
    let lines = text.iter().skip_while(|line| !line.starts_with(start)).take_while(|line| !line.is_empty());
    let joined = lines.copied().collect::<Vec<_>>().join(" ");
    joined.strip_prefix(start).unwrap_or_default().to_owned()
}

/// The lines of the comment at the top of a source.
fn comment(source: &str) -> impl Iterator<Item = &str> {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line))
}

/// Adds the comment at the top of a source, its heading two levels down.
fn add(page: &mut String, source: &str) {
    page.push('\n');
    for line in comment(source) {
        let level = if line.starts_with("# ") { "##" } else { "" };
        let _ = writeln!(page, "{level}{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_assertion_tells_whoever_fills_it_in_what_it_needs() {
        for AssertionGuide { names, checks, value, threshold, example, .. } in assertion_guides() {
            assert!(checks.ends_with('.') && value.ends_with('.') && threshold.ends_with('.'), "{names:?}");
            assert!(names.iter().any(|name| example.contains(name)), "{names:?}: {example}");
        }
    }
}

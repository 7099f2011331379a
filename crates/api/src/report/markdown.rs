//! Markdown, as comments of merge requests show it: what it came to, how it stands, and what did not pass.

use super::{
    Cell, Facts, case_name, column_name, column_of, left_out, origin, passed, people_say, reasons, standings,
    stopped_early, tries,
};
use std::io::{self, Write};

pub(super) fn begin(out: &mut impl Write, facts: &Facts<'_>) -> io::Result<()> {
    let Facts { run, summary, .. } = facts;
    let name = run.suite.as_ref().map_or(run.prompt_name.as_str(), |suite| suite.name.as_str());
    writeln!(out, "## {}\n", plain(name))?;
    if let Some(origin) = origin(run) {
        writeln!(out, "{}\n", plain(&origin))?;
    }
    writeln!(out, "| column | passed | score | cost | time |\n| --- | ---: | ---: | ---: | ---: |")?;
    for (variant, column) in run.variants.iter().zip(&summary.columns) {
        let score = column.mean_score.map_or_else(|| "-".to_owned(), |score| format!("{score:.3}"));
        let cost = column.mean_cost_usd.map_or_else(|| "-".to_owned(), |cost| format!("${cost}"));
        let time = column
            .mean_latency_ms
            .map_or_else(|| "-".to_owned(), |time| format!("{:.0} ms", time.as_micros() as f64 / 1e3));
        let rate = column.pass_rate * 100.0;
        writeln!(out, "| {} | {rate:.1} % | {score} | {cost} | {time} |", plain(&column_name(run, variant)))?;
    }
    writeln!(out)?;
    for (variant, column) in run.variants.iter().zip(&summary.columns) {
        if let Some(tries) = tries(column) {
            writeln!(out, "- {}: {}", plain(&column_name(run, variant)), plain(&tries))?;
        }
    }
    for threshold in &summary.thresholds {
        let sign = if threshold.reached { "reached" } else { "**missed**" };
        writeln!(out, "- {}: {} of {}, {sign}", plain(&threshold.name), threshold.value, threshold.limit)?;
    }
    for (at, variant) in run.variants.iter().enumerate() {
        if let Some(said) = people_say(summary, at) {
            writeln!(out, "- {}: people say {said}", plain(&column_name(run, variant)))?;
        }
    }
    if let Some(stopped) = stopped_early(facts) {
        writeln!(out, "- {}", plain(&stopped))?;
    }
    for (name, words) in standings(facts) {
        writeln!(out, "- {}: {words}", plain(&name))?;
    }
    writeln!(out, "\n### What did not pass\n")
}

pub(super) fn cell(out: &mut impl Write, facts: &Facts<'_>, cell: &Cell<'_>) -> io::Result<()> {
    let Cell { case, execution, .. } = cell;
    if passed(execution) || left_out(facts.run, execution) {
        return Ok(());
    }
    let column = column_of(facts.run, execution);
    let reasons = reasons(execution).replace('\n', "; ");
    writeln!(out, "- {}, {}: {}", plain(&case_name(case)), plain(&column), plain(&reasons))
}

/// Text that Markdown does not read anything into.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '~' | '@'
            | '&' => {
                plain.push('\\');
                plain.push(character);
            }
            '\n' | '\r' => plain.push(' '),
            _ => plain.push(character),
        }
    }
    plain
}

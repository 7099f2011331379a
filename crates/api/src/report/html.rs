//! A page that needs nothing else. Its policy lets it load and run nothing, whatever a model wrote into it.

use super::{
    Cell, Facts, case_name, column_name, column_of, escaped, left_out, origin, passed, people_say, rated,
    reasons, standings, stopped_early, tries,
};
use std::io::{self, Write};

/// The longest answer that is shown whole, in characters.
const MOST_SHOWN: usize = 20_000;

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width">
<style>
:root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif }
body { margin: 24px auto; max-width: 1200px; padding: 0 16px }
table { border-collapse: collapse; width: 100%; margin: 12px 0 24px }
th, td { border: 1px solid light-dark(#d0d4da, #3a3f47); padding: 6px 8px; text-align: left; vertical-align: top }
td.number { text-align: right; font-variant-numeric: tabular-nums }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 16em; overflow: auto }
.pass { color: light-dark(#1a7f37, #4ac26b) } .fail { color: light-dark(#b42318, #ff8a80) }
</style>
"#;

pub(super) fn begin(out: &mut impl Write, facts: &Facts<'_>) -> io::Result<()> {
    let Facts { run, summary, .. } = facts;
    let name = escaped(run.suite.as_ref().map_or(run.prompt_name.as_str(), |suite| suite.name.as_str()));
    write!(out, "{HEAD}<title>{name}</title>\n<h1>{name}</h1>\n<p>{}, {}</p>\n", run.id, run.created_at)?;
    if let Some(origin) = origin(run) {
        writeln!(out, "<p>{}</p>", escaped(&origin))?;
    }
    writeln!(out, "<table><tr><th>Column<th>Passed<th>Score<th>Cost<th>Time</tr>")?;
    for (variant, column) in run.variants.iter().zip(&summary.columns) {
        writeln!(
            out,
            r#"<tr><td>{}<td class="number">{:.1} %<td class="number">{}<td class="number">{}<td class="number">{}</tr>"#,
            escaped(&column_name(run, variant)),
            column.pass_rate * 100.0,
            column.mean_score.map_or_else(String::new, |score| format!("{score:.3}")),
            column.mean_cost_usd.map_or_else(String::new, |cost| format!("${cost}")),
            column
                .mean_latency_ms
                .map_or_else(String::new, |time| format!("{:.0} ms", time.as_micros() as f64 / 1e3)),
        )?;
    }
    writeln!(out, "</table>\n<ul>")?;
    for (variant, column) in run.variants.iter().zip(&summary.columns) {
        if let Some(tries) = tries(column) {
            writeln!(out, "<li>{}: {}", escaped(&column_name(run, variant)), escaped(&tries))?;
        }
    }
    for threshold in &summary.thresholds {
        let (class, word) = if threshold.reached { ("pass", "reached") } else { ("fail", "missed") };
        let name = escaped(&threshold.name);
        writeln!(
            out,
            r#"<li>{name}: {} of {}, <b class="{class}">{word}</b>"#,
            threshold.value, threshold.limit
        )?;
    }
    for (at, variant) in run.variants.iter().enumerate() {
        if let Some(said) = people_say(summary, at) {
            writeln!(out, "<li>{}: people say {said}", escaped(&column_name(run, variant)))?;
        }
    }
    if let Some(stopped) = stopped_early(facts) {
        writeln!(out, "<li>{}", escaped(&stopped))?;
    }
    for (name, words) in standings(facts) {
        writeln!(out, "<li>{}: {}", escaped(&name), escaped(&words))?;
    }
    writeln!(out, "</ul>\n<table><tr><th>Case<th>Column<th>Verdict<th>Score<th>People say<th>Answer</tr>")
}

pub(super) fn cell(out: &mut impl Write, facts: &Facts<'_>, cell: &Cell<'_>) -> io::Result<()> {
    let Cell { case, execution, output, ratings } = cell;
    let (class, word) = if passed(execution) {
        ("pass", "passed")
    } else if left_out(facts.run, execution) {
        ("", "left out")
    } else {
        ("fail", "failed")
    };
    let shown: String = output.chars().take(MOST_SHOWN).collect();
    let more = if shown.len() < output.len() { "\n…" } else { "" };
    writeln!(
        out,
        r#"<tr><td>{}<td>{}<td><b class="{class}">{word}</b><pre>{}</pre><td class="number">{}<td>{}<td><pre>{}{more}</pre></tr>"#,
        escaped(&case_name(case)),
        escaped(&column_of(facts.run, execution)),
        escaped(&reasons(execution)),
        execution.score.map_or_else(String::new, |score| format!("{score:.3}")),
        escaped(&rated(ratings)),
        escaped(&shown),
    )
}

pub(super) fn end(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "</table>\n</html>")
}

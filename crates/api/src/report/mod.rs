//! Reports of runs of suites: the same facts in the formats that people, spreadsheets and build servers read.
//!
//! A report is written row by row, so that a run of any size needs no more memory than a page of it.

mod csv;
mod html;
mod json;
mod junit;
mod markdown;

use crate::handlers::{RunComparison, RunSummary};
use formaops_domain::{
    Case, Execution, ExecutionStatus, Rating, RatingVerdict, Replay, Run, ValidationStatus, Variant, Verdict,
};
use formaops_validate::statistics::{ColumnSummary, PassAt};
use std::{
    io::{self, Write},
    path::Path,
};

/// The formats of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// One JSON document.
    Json,
    /// A JSON object a cell and line.
    Jsonl,
    /// A row a cell.
    Csv,
    /// A page that needs nothing else, and loads nothing.
    Html,
    /// What build servers read: a test a cell.
    Junit,
    /// A summary with the cells that failed.
    Markdown,
}

impl ReportFormat {
    /// The format that a file's name asks for: `.json`, `.jsonl`, `.csv`, `.html`, `.xml` (JUnit) or `.md`.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "json" => Some(Self::Json),
            "jsonl" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            "html" | "htm" => Some(Self::Html),
            "xml" => Some(Self::Junit),
            "md" | "markdown" => Some(Self::Markdown),
            _ => None,
        }
    }
}

/// Where the answers come from, where that is not from the models now.
fn origin(run: &Run) -> Option<String> {
    match (run.regraded, run.replay) {
        (Some(of), _) => Some(format!("The answers of {of}, graded anew.")),
        (None, Replay::Only) => Some("Replayed: the answers were recorded.".to_owned()),
        (None, Replay::Prefer) => Some("Replayed where an answer was recorded.".to_owned()),
        (None, Replay::Off) => None,
    }
}

/// What a report tells of a run as a whole.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The run, which has ended.
    pub run: &'a Run,
    /// What it came to.
    pub summary: &'a RunSummary,
    /// How it stands beside its baseline, where it has one.
    pub comparison: Option<&'a RunComparison>,
}

/// A cell with its whole answer.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    /// The case.
    pub case: &'a Case,
    /// The execution.
    pub execution: &'a Execution,
    /// The whole answer.
    pub output: &'a str,
    /// What people say of it.
    pub ratings: &'a [Rating],
}

/// A report that is being written.
pub struct Report<'a, W: Write> {
    format: ReportFormat,
    facts: Facts<'a>,
    out: W,
    cells: u64,
}

impl<'a, W: Write> Report<'a, W> {
    /// Begins a report.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn begin(format: ReportFormat, facts: Facts<'a>, mut out: W) -> io::Result<Self> {
        match format {
            ReportFormat::Json => json::begin(&mut out, &facts)?,
            ReportFormat::Jsonl => {}
            ReportFormat::Csv => csv::begin(&mut out)?,
            ReportFormat::Html => html::begin(&mut out, &facts)?,
            ReportFormat::Junit => junit::begin(&mut out, &facts)?,
            ReportFormat::Markdown => markdown::begin(&mut out, &facts)?,
        }
        Ok(Self { format, facts, out, cells: 0 })
    }

    /// Writes a cell.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn cell(&mut self, cell: &Cell<'_>) -> io::Result<()> {
        let (out, facts) = (&mut self.out, &self.facts);
        match self.format {
            ReportFormat::Json => json::cell(out, facts, cell, self.cells == 0)?,
            ReportFormat::Jsonl => json::line(out, facts, cell)?,
            ReportFormat::Csv => csv::cell(out, facts, cell)?,
            ReportFormat::Html => html::cell(out, facts, cell)?,
            ReportFormat::Junit => junit::cell(out, facts, cell)?,
            ReportFormat::Markdown => markdown::cell(out, facts, cell)?,
        }
        self.cells += 1;
        Ok(())
    }

    /// Ends the report.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn end(mut self) -> io::Result<W> {
        match self.format {
            ReportFormat::Json => json::end(&mut self.out)?,
            ReportFormat::Html => html::end(&mut self.out)?,
            ReportFormat::Junit => junit::end(&mut self.out)?,
            ReportFormat::Jsonl | ReportFormat::Csv | ReportFormat::Markdown => {}
        }
        self.out.flush()?;
        Ok(self.out)
    }
}

/// Whether a cell passed: it completed, and its answer holds.
#[must_use]
pub fn passed(execution: &Execution) -> bool {
    execution.status == ExecutionStatus::Completed && execution.validation_status != ValidationStatus::Failed
}

/// How each column stands beside its baseline, with its name; one that has no counterpart there says so. Nothing where there
/// is no baseline.
#[must_use]
pub fn standings(facts: &Facts<'_>) -> Vec<(String, String)> {
    let Some(comparison) = facts.comparison else { return Vec::new() };
    let of = |(at, variant): (usize, &Variant)| {
        let column = comparison.columns.iter().find(|column| column.variant as usize == at);
        let words = column.map_or_else(
            || "not compared: the baseline has no column to hold it against".to_owned(),
            |column| column.comparison.words.clone(),
        );
        (column_name(facts.run, variant), words)
    };
    facts.run.variants.iter().enumerate().map(of).collect()
}

/// How likely one and all of the most tries that every case has repeats for pass, in words; none where nothing is repeated.
#[must_use]
pub fn tries(column: &ColumnSummary) -> Option<String> {
    let PassAt { k, any, every } = *column.pass_at.last().filter(|tries| tries.k > 1)?;
    let (any, every) = (any * 100.0, every * 100.0);
    Some(format!("of {k} tries one passes with {any:.1} % (pass@{k}), all with {every:.1} % (pass^{k})"))
}

/// Why a run has fewer cases than its suite, and how sure that is; none where it ran to its end.
#[must_use]
pub fn stopped_early(facts: &Facts<'_>) -> Option<String> {
    let stopped = facts.comparison?.stopped.as_ref()?;
    let all = facts.run.suite.as_ref().map_or(stopped.cases, |suite| suite.cases);
    Some(format!(
        "stopped early after {} of {all} cases, once every column was decided (wrong with a chance of at most {} %); \
        what is said of chance below does not know of that",
        stopped.cases,
        stopped.alpha * 100.0
    ))
}

/// Whether a cell was left out because it was decided without it.
#[must_use]
pub fn left_out(run: &Run, execution: &Execution) -> bool {
    let was_stopped = run.suite.as_ref().is_some_and(|suite| suite.stopped.is_some());
    was_stopped && execution.status == ExecutionStatus::Cancelled
}

/// What a case is called: its name, or its number from 1.
fn case_name(case: &Case) -> String {
    if case.name.is_empty() { format!("case {}", case.position + 1) } else { case.name.clone() }
}

/// What a column is called: prompt, version and model.
#[must_use]
pub fn column_name(run: &Run, variant: &Variant) -> String {
    let prompt = variant.prompt.as_ref().map_or(&run.prompt_name, |prompt| &prompt.name);
    let version = variant.version_number.map_or_else(String::new, |number| format!("@v{number}"));
    format!("{prompt}{version} on {}", variant.model)
}

fn column_of(run: &Run, execution: &Execution) -> String {
    run.variants
        .get(execution.variant as usize)
        .map_or_else(|| execution.model.to_string(), |variant| column_name(run, variant))
}

/// Why a cell did not pass, a line a reason; empty where it did.
fn reasons(execution: &Execution) -> String {
    let failure = execution.failure.iter().map(|failure| failure.message.clone());
    let rules = execution.validations.iter().filter(|result| result.verdict != Verdict::Pass);
    let rules = rules.map(|result| format!("{}: {}", result.name, result.message));
    failure.chain(rules).collect::<Vec<_>>().join("\n")
}

/// What people say of an answer, on one line; empty where nobody has rated it.
fn rated(ratings: &[Rating]) -> String {
    let one = |rating: &Rating| {
        let verdict = rating.verdict.map(|verdict| match verdict {
            RatingVerdict::Pass => "pass".to_owned(),
            RatingVerdict::Fail => "fail".to_owned(),
        });
        let score = rating.score.map(|score| format!("{score:.2}"));
        let note = (!rating.note.is_empty()).then(|| rating.note.clone());
        verdict.into_iter().chain(score).chain(note).collect::<Vec<_>>().join(", ")
    };
    ratings.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// What people say of a column, in words; none where nobody has rated any of its answers.
fn people_say(summary: &RunSummary, variant: usize) -> Option<String> {
    let ratings = summary.ratings.get(variant).filter(|ratings| ratings.rated > 0)?;
    let score = ratings.score.map_or_else(String::new, |score| format!(", mean {score:.3}"));
    Some(format!("{} pass, {} fail of {} ratings{score}", ratings.passed, ratings.failed, ratings.rated))
}

/// Text within XML or HTML. Control characters, which XML has no way to write, are shown as symbols.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(character),
            '\0'..='\u{1f}' => escaped.extend(char::from_u32(0x2400 + u32::from(character))),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}

//! JUnit's XML, as build servers read it: a suite a run, a test a cell.
//!
//! Source: the schema of the Jenkins xUnit plug-in, `junit-10.xsd`.

use super::{Cell, Facts, case_name, column_of, escaped, passed, reasons};
use formaops_domain::{ExecutionStatus, Run};
use std::io::{self, Write};

pub(super) fn begin(out: &mut impl Write, facts: &Facts<'_>) -> io::Result<()> {
    let run = facts.run;
    let name = escaped(run.suite.as_ref().map_or(run.prompt_name.as_str(), |suite| suite.name.as_str()));
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, "<testsuites>")?;
    let (tests, at) = (run.progress.total, run.created_at);
    let (errors, skipped, cells) = (run.progress.failed, run.progress.cancelled, &facts.summary.cells);
    let failures = cells.checked.saturating_sub(cells.passed).saturating_sub(errors);
    let counts = format!(r#"tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}""#);
    writeln!(out, r#"<testsuite name="{name}" {counts} timestamp="{at}" id="{}">"#, run.id)
}

pub(super) fn cell(out: &mut impl Write, facts: &Facts<'_>, cell: &Cell<'_>) -> io::Result<()> {
    let Cell { case, execution, output, .. } = cell;
    let run: &Run = facts.run;
    let repeat = if run.repeats > 1 { format!(" #{}", execution.repeat + 1) } else { String::new() };
    let (name, class) = (escaped(&(case_name(case) + &repeat)), escaped(&column_of(run, execution)));
    let seconds = execution.metrics.latency_ms.map_or(0.0, |latency| latency.as_micros() as f64 / 1e6);
    writeln!(out, r#"<testcase name="{name}" classname="{class}" time="{seconds:.3}">"#)?;
    if !passed(execution) {
        let reasons = escaped(&reasons(execution));
        let first = reasons.lines().next().unwrap_or_default();
        match execution.status {
            ExecutionStatus::Completed => {
                writeln!(out, r#"<failure message="{first}" type="validation">{reasons}</failure>"#)?;
            }
            ExecutionStatus::Cancelled => writeln!(out, r#"<skipped message="cancelled"/>"#)?,
            _ => writeln!(out, r#"<error message="{first}" type="execution">{reasons}</error>"#)?,
        }
    }
    writeln!(out, "<system-out>{}</system-out>", escaped(output))?;
    writeln!(out, "</testcase>")
}

pub(super) fn end(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "</testsuite>\n</testsuites>")
}

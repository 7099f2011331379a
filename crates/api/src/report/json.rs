//! JSON, as one document or a line a cell.

use super::{Cell, Facts, column_of, passed};
use serde_json::{Value, json};
use std::io::{self, Write};

pub(super) fn begin(out: &mut impl Write, facts: &Facts<'_>) -> io::Result<()> {
    let Facts { run, summary, comparison } = facts;
    write!(out, "{{\"run\":")?;
    serde_json::to_writer(&mut *out, run)?;
    write!(out, ",\"summary\":")?;
    serde_json::to_writer(&mut *out, summary)?;
    if let Some(comparison) = comparison {
        write!(out, ",\"comparison\":")?;
        serde_json::to_writer(&mut *out, comparison)?;
    }
    write!(out, ",\"cells\":[")
}

pub(super) fn cell(out: &mut impl Write, facts: &Facts<'_>, cell: &Cell<'_>, first: bool) -> io::Result<()> {
    if !first {
        write!(out, ",")?;
    }
    writeln!(out)?;
    serde_json::to_writer(out, &value(facts, cell)).map_err(io::Error::from)
}

pub(super) fn end(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n]}}")
}

pub(super) fn line(out: &mut impl Write, facts: &Facts<'_>, cell: &Cell<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &value(facts, cell))?;
    writeln!(out)
}

fn value(facts: &Facts<'_>, Cell { case, execution, output, ratings }: &Cell<'_>) -> Value {
    json!({
        "case": case,
        "column": column_of(facts.run, execution),
        "passed": passed(execution),
        "execution": execution,
        "output": output,
        "ratings": ratings,
    })
}

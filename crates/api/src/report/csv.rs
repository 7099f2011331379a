//! CSV for spreadsheets. A text that a spreadsheet would run as a formula is quoted.

use super::{Cell, Facts, case_name, column_of, passed, rated, reasons};
use formaops_datasets::csv_text;
use std::io::{self, Write};

const HEAD: &str =
    "case,column,repeat,passed,status,score,latency_ms,cost_usd,inputs,output,reasons,replayed,ratings";

pub(super) fn begin(out: &mut impl Write) -> io::Result<()> {
    write!(out, "{HEAD}\r\n")
}

pub(super) fn cell(out: &mut impl Write, facts: &Facts<'_>, cell: &Cell<'_>) -> io::Result<()> {
    let Cell { case, execution, output, ratings } = cell;
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let status = serde_json::to_value(execution.status)?;
    let metrics = &execution.metrics;
    let fields = [
        case_name(case),
        column_of(facts.run, execution),
        (execution.repeat + 1).to_string(),
        passed(execution).to_string(),
        status.as_str().unwrap_or_default().to_owned(),
        number(execution.score),
        number(metrics.latency_ms.map(|latency| latency.as_micros() as f64 / 1e3)),
        metrics.cost_usd.map_or_else(String::new, |cost| cost.to_string()),
        serde_json::to_string(&case.inputs)?,
        (*output).to_owned(),
        reasons(execution),
        metrics.replayed.is_some().to_string(),
        rated(ratings),
    ];
    let line = fields.iter().map(|field| csv_text(field)).collect::<Vec<_>>().join(",");
    write!(out, "{line}\r\n")
}

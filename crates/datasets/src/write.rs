//! Writes cases, one after the other.

use crate::{
    TableFormat, promptfoo,
    row::{self, COLUMNS, EXPECTED, METADATA, TAGS, VALIDATIONS, starts_formula},
};
use formaops_domain::{Case, Validation, ValidationRule};
use formaops_template::yaml::{self, Limits};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    io::{self, Write},
};

/// How large a case in YAML may be.
const LIMITS: Limits = Limits { nodes: 2_000_000, aliases: 0 };

/// Which columns a table of cases needs: every case is shown to it before the first is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    inputs: Vec<String>,
    metadata: Vec<String>,
    known: BTreeSet<(bool, String)>,
    assertions: usize,
    has_name: bool,
    has_expected: bool,
    has_metric: bool,
    has_threshold: bool,
    has_tags: bool,
    has_prefix: bool,
    has_suffix: bool,
    has_validations: bool,
    has_columns: bool,
}

impl Shape {
    /// Takes in what a case needs.
    pub fn see(&mut self, case: &Case) {
        for (is_metadata, fields, names) in
            [(false, &case.inputs, &mut self.inputs), (true, &case.metadata, &mut self.metadata)]
        {
            for name in fields.keys() {
                if self.known.insert((is_metadata, name.clone())) {
                    names.push(name.clone());
                }
            }
        }
        match said(&case.validations) {
            Some((texts, metric)) => {
                self.assertions = self.assertions.max(texts.len());
                self.has_metric |= metric.is_some();
            }
            None => self.has_validations = true,
        }
        self.has_name |= !case.name.is_empty();
        self.has_expected |= case.expected.is_some();
        self.has_threshold |= case.threshold.is_some();
        self.has_tags |= !case.tags.is_empty();
        self.has_prefix |= !case.prefix.is_empty();
        self.has_suffix |= !case.suffix.is_empty();
        self.has_columns |= !case.columns.is_all();
    }

    pub(crate) fn header(&self) -> Vec<String> {
        let mut names = self.inputs.clone();
        let numbered = (1..=self.assertions).map(|number| match self.assertions {
            1 => "__expected".to_owned(),
            _ => format!("__expected{number}"),
        });
        names.extend(numbered);
        let special = [
            (self.has_expected, EXPECTED),
            (self.has_validations, VALIDATIONS),
            (self.has_name, "__description"),
            (self.has_metric, "__metric"),
            (self.has_threshold, "__threshold"),
            (self.has_tags, TAGS),
            (self.has_prefix, "__prefix"),
            (self.has_suffix, "__suffix"),
            (self.has_columns, COLUMNS),
        ];
        names.extend(special.into_iter().filter(|(has, _)| *has).map(|(_, name)| name.to_owned()));
        names.extend(self.metadata.iter().map(|name| format!("{METADATA}{name}")));
        names
    }

    pub(crate) fn cells(&self, case: &Case) -> Vec<String> {
        let cell = |value: Option<&Value>| value.cloned().map(row::text).unwrap_or_default();
        let mut cells: Vec<_> = self.inputs.iter().map(|name| cell(case.inputs.get(name))).collect();
        let said = said(&case.validations);
        let (texts, metric) = said.clone().unwrap_or_default();
        let blanks = self.assertions - texts.len();
        cells.extend(texts);
        cells.extend(std::iter::repeat_n(String::new(), blanks));
        let json = |value: Value, is_empty: bool| if is_empty { String::new() } else { value.to_string() };
        let special = [
            (self.has_expected, cell(case.expected.as_ref())),
            (self.has_validations, json(serde_json::json!(case.validations), said.is_some())),
            (self.has_name, case.name.clone()),
            (self.has_metric, metric.unwrap_or_default()),
            (self.has_threshold, case.threshold.map(|number| number.to_string()).unwrap_or_default()),
            (self.has_tags, json(serde_json::json!(case.tags), case.tags.is_empty())),
            (self.has_prefix, case.prefix.clone()),
            (self.has_suffix, case.suffix.clone()),
            (self.has_columns, json(serde_json::json!(case.columns), case.columns.is_all())),
        ];
        cells.extend(special.into_iter().filter(|(has, _)| *has).map(|(_, cell)| cell));
        cells.extend(self.metadata.iter().map(|name| cell(case.metadata.get(name))));
        cells
    }
}

/// The cells of assertions, and their metric, that stand for exactly these validations; none where there are no such.
fn said(validations: &[Validation]) -> Option<(Vec<String>, Option<String>)> {
    let metric = validations.first().and_then(|validation| validation.metric.clone());
    let mut texts = Vec::new();
    let mut read = Vec::new();
    for validation in validations {
        let ValidationRule::Assertion(assertion) = &validation.rule else { return None };
        let text = promptfoo::assertion_text(assertion)?;
        read.push(Validation { metric: metric.clone(), ..promptfoo::validation_of(&text) });
        texts.push(text);
    }
    promptfoo::tell_apart(&mut read);
    let is_metric = metric.as_ref().is_none_or(|metric| !metric.trim().is_empty());
    (read == validations && is_metric).then_some((texts, metric))
}

/// Writes cases in a format.
#[derive(Debug)]
pub struct Writer<W> {
    format: TableFormat,
    shape: Shape,
    out: W,
    cases: u64,
}

impl<W: Write> Writer<W> {
    /// Begins a table. XLSX and Markdown are only read; they are written as CSV.
    ///
    /// # Errors
    /// Where nothing can be written.
    pub fn new(format: TableFormat, shape: Shape, out: W) -> io::Result<Self> {
        let mut writer = Self { format, shape, out, cases: 0 };
        match format {
            TableFormat::Json => writer.out.write_all(b"[")?,
            TableFormat::Jsonl | TableFormat::Yaml => {}
            TableFormat::Csv | TableFormat::Xlsx | TableFormat::Markdown => {
                let header = writer.shape.header();
                writer.row(&header)?;
            }
        }
        Ok(writer)
    }

    /// Writes a case.
    ///
    /// # Errors
    /// Where nothing can be written.
    pub fn write(&mut self, case: &Case) -> io::Result<()> {
        match self.format {
            TableFormat::Json => {
                let comma = if self.cases == 0 { "\n" } else { ",\n" };
                write!(self.out, "{comma}{}", object(case)?)?;
            }
            TableFormat::Jsonl => writeln!(self.out, "{}", object(case)?)?,
            TableFormat::Yaml => {
                let item = Value::Array(vec![object(case)?]);
                let yaml = yaml::write_exactly(&item, LIMITS);
                // What is nested too deep is written as JSON, which is YAML too.
                match yaml.starts_with("- ") {
                    true => self.out.write_all(yaml.as_bytes())?,
                    false => writeln!(self.out, "- {}", item[0])?,
                }
            }
            TableFormat::Csv | TableFormat::Xlsx | TableFormat::Markdown => {
                let cells = self.shape.cells(case);
                self.row(&cells)?;
            }
        }
        self.cases += 1;
        Ok(())
    }

    /// Ends the table and gives back where it was written to.
    ///
    /// # Errors
    /// Where nothing can be written.
    pub fn finish(mut self) -> io::Result<W> {
        match self.format {
            TableFormat::Json => self.out.write_all(b"\n]\n")?,
            TableFormat::Yaml if self.cases == 0 => self.out.write_all(b"[]\n")?,
            _ => {}
        }
        self.out.flush()?;
        Ok(self.out)
    }

    fn row(&mut self, cells: &[String]) -> io::Result<()> {
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                self.out.write_all(b",")?;
            }
            self.out.write_all(row_text(cell, cells.len()).as_bytes())?;
        }
        self.out.write_all(b"\r\n")
    }
}

/// A cell as it stands in a row of so many: one empty cell alone would be a blank line.
pub(crate) fn row_text(cell: &str, cells: usize) -> String {
    if cell.is_empty() && cells == 1 { "\"\"".to_owned() } else { csv_text(cell) }
}

/// A cell as CSV has it: in quotes where it needs them, and with a quote before what a spreadsheet would run as a
/// formula.
#[must_use]
pub fn csv_text(cell: &str) -> String {
    let quote = if starts_formula(cell.trim_start_matches('\'')) { "'" } else { "" };
    if cell.contains([',', ';', '\t', '"', '\n', '\r']) {
        format!("\"{quote}{}\"", cell.replace('"', "\"\""))
    } else {
        format!("{quote}{cell}")
    }
}

/// A case as an object; where it stands is said by the list.
pub(crate) fn object(case: &Case) -> io::Result<Value> {
    let mut object = serde_json::to_value(case)?;
    if let Some(object) = object.as_object_mut() {
        object.shift_remove("position");
    }
    Ok(object)
}

//! Reads and writes tables of cases: CSV, JSONL, JSON, YAML, XLSX, and tables in Markdown.
//!
//! ```
//! use formaops_datasets::{Options, read};
//!
//! let table = "question,__expected\nCapital of France?,contains:Paris\n";
//! let cases = read(Box::new(table.as_bytes()), "cases.csv", &Options::default()).unwrap();
//! let cases: Vec<_> = cases.collect::<Result<_, _>>().unwrap();
//! assert_eq!(cases[0].inputs["question"], "Capital of France?");
//! assert_eq!(cases[0].validations[0].name, "contains");
//! ```
//!
//! Invariants: CSV and JSONL are read a row at a time, whatever their size, and no row is larger than [`MOST_ROW_BYTES`];
//! the other formats are read whole, up to [`MOST_WHOLE_BYTES`]. What is wrong is named with its line. The special columns
//! of promptfoo mean what they mean there. Nothing that a file names is opened, sent or run.

mod edit;
mod encoding;
mod error;
mod markdown;
mod promptfoo;
mod records;
mod row;
mod structured;
mod write;
mod xlsx;

pub use edit::{edit, read_over};
pub use error::{ReadError, Reason};
pub use promptfoo::{assertion_text, tell_apart, validation_of};
pub use row::Role;
pub use write::{Shape, Writer, csv_text};

use formaops_domain::Case;
use row::Header;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read},
};

/// The most bytes of one row.
pub const MOST_ROW_BYTES: usize = 16 << 20;
/// The most bytes of a file that cannot be read row by row.
pub const MOST_WHOLE_BYTES: usize = 64 << 20;
/// The bytes at the beginning of a file by which format, encoding and delimiter are recognised.
const PEEK: usize = 64 << 10;

/// A format of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TableFormat {
    /// Values between commas, semicolons or tabs, with names in the first row.
    Csv,
    /// A JSON object a line.
    Jsonl,
    /// A list of JSON objects, or an object with the list `cases`.
    Json,
    /// The same as YAML.
    Yaml,
    /// A workbook of Excel.
    Xlsx,
    /// A table between `|`.
    Markdown,
}

impl TableFormat {
    /// What its files end with.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Xlsx => "xlsx",
            Self::Markdown => "md",
        }
    }

    fn recognise(name: &str, start: &[u8]) -> Self {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        match extension.as_deref() {
            Some("csv" | "tsv") => return Self::Csv,
            Some("jsonl" | "ndjson") => return Self::Jsonl,
            Some("json") => return Self::Json,
            Some("yaml" | "yml") => return Self::Yaml,
            Some("xlsx") => return Self::Xlsx,
            Some("md" | "markdown") => return Self::Markdown,
            _ => {}
        }
        if start.starts_with(b"PK\x03\x04") {
            return Self::Xlsx;
        }
        let text = String::from_utf8_lossy(start);
        let text = text.trim_start_matches('\u{feff}').trim_start();
        match text.as_bytes().first() {
            Some(b'[') => Self::Json,
            Some(b'{') => {
                // A line that is a whole object is one of several.
                let line = text.lines().next().unwrap_or_default();
                let whole = serde_json::from_str::<serde_json::Value>(line).is_ok();
                if whole && text.trim_end().lines().count() > 1 { Self::Jsonl } else { Self::Json }
            }
            Some(b'|') => Self::Markdown,
            Some(b'-') if text.starts_with("- ") => Self::Yaml,
            _ if text.starts_with("cases:") => Self::Yaml,
            _ => Self::Csv,
        }
    }
}

/// How a table is read; what is absent is found by looking at it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "TableOptions")]
pub struct Options {
    /// The format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<TableFormat>,
    /// What stands between the cells of a CSV: `,`, `;` or a tab.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// The encoding of a CSV, such as `utf-8`, `utf-16le` or `windows-1252`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The sheet of a workbook; its first one where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// What columns hold, by their names; others hold inputs, or what their special names say.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, Role>,
}

/// The cases of a table, one after the other. After an error of one row the others follow, unless it is fatal.
pub struct Cases {
    format: TableFormat,
    rows: Box<dyn Iterator<Item = Result<Case, ReadError>> + Send>,
}

impl Cases {
    /// The format that the table has.
    #[must_use]
    pub const fn format(&self) -> TableFormat {
        self.format
    }
}

impl std::fmt::Debug for Cases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cases").field("format", &self.format).finish_non_exhaustive()
    }
}

impl Iterator for Cases {
    type Item = Result<Case, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.next()
    }
}

/// Reads a table. Its name says the format where its ending is known and the options do not say it.
///
/// # Errors
/// What is wrong before the first row: the header, the encoding, or in formats that are read whole, anything.
pub fn read(mut source: Box<dyn Read + Send>, name: &str, options: &Options) -> Result<Cases, ReadError> {
    let mut start = Vec::new();
    source.by_ref().take(PEEK as u64).read_to_end(&mut start).map_err(ReadError::input)?;
    let format = options.format.unwrap_or_else(|| TableFormat::recognise(name, &start));
    let whole = start.len() < PEEK;
    let source: Box<dyn Read + Send> = Box::new(std::io::Cursor::new(start.clone()).chain(source));
    let rows: Box<dyn Iterator<Item = _> + Send> = match format {
        TableFormat::Csv => {
            let text = encoding::decode(source, &start, whole, options.encoding.as_deref())?;
            let text = BufReader::with_capacity(PEEK, text);
            Box::new(csv(text, options)?)
        }
        TableFormat::Jsonl => Box::new(structured::lines(BufReader::with_capacity(PEEK, source), options)),
        TableFormat::Json => Box::new(structured::json(&all(source)?, options)?.into_iter()),
        TableFormat::Yaml => Box::new(structured::yaml(&all(source)?, options)?.into_iter()),
        TableFormat::Xlsx => Box::new(xlsx::read(all(source)?, options)?.into_iter()),
        TableFormat::Markdown => Box::new(markdown::read(&all(source)?, options)?.into_iter()),
    };
    Ok(Cases { format, rows })
}

fn csv<R: BufRead + Send>(
    mut text: R,
    options: &Options,
) -> Result<impl Iterator<Item = Result<Case, ReadError>> + Send + use<R>, ReadError> {
    let delimiter = match options.delimiter {
        Some(delimiter @ (',' | ';' | '\t')) => delimiter as u8,
        Some(other) => return Err(ReadError::new(Reason::Delimiter(other))),
        None => records::delimiter(text.fill_buf().map_err(ReadError::input)?),
    };
    let mut records = records::Records::new(text, delimiter);
    let header = match records.next() {
        Some(record) => Header::new(record?.fields(), &options.columns)?,
        None => return Err(ReadError::new(Reason::Empty)),
    };
    Ok(records.map(move |record| {
        let record = record?;
        let line = record.line;
        header.case(record.fields()).map_err(|error| error.at_line(line))
    }))
}

fn all(source: impl Read) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    source.take(MOST_WHOLE_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(ReadError::input)?;
    if bytes.len() > MOST_WHOLE_BYTES {
        return Err(ReadError::new(Reason::TooLarge));
    }
    Ok(bytes)
}

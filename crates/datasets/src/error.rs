//! What can be wrong with a table, said with its place.

use std::{fmt, sync::Arc};

/// What is wrong with a table, and where.
#[derive(Debug, Clone)]
pub struct ReadError {
    /// What is wrong.
    pub reason: Reason,
    /// The line, from 1; of a list of objects the number of the object, of a sheet the row.
    pub line: Option<u64>,
    /// The column, from 1: of a table the number of the cell, of JSON and YAML the character.
    pub column: Option<u64>,
}

/// What can be wrong with a table.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// There is no row, not even of names.
    #[error("there is nothing in the table")]
    Empty,
    /// A row has another number of cells than the first one.
    #[error("the row has {found} cells, and the first row {expected}")]
    Ragged {
        /// The cells of the row.
        found: usize,
        /// The cells of the first row.
        expected: usize,
    },
    /// A quote that is opened and never closed.
    #[error("a quote is opened here and never closed")]
    OpenQuote,
    /// A quote in the middle of a cell.
    #[error("a quote stands in the middle of a cell")]
    StrayQuote,
    /// A row larger than any should be.
    #[error("the row has more than {} MiB", crate::MOST_ROW_BYTES >> 20)]
    LongRow,
    /// A file that cannot be read row by row is too large.
    #[error("the file has more than {} MiB", crate::MOST_WHOLE_BYTES >> 20)]
    TooLarge,
    /// A column without a name.
    #[error("the column has no name")]
    NoName,
    /// Two columns of one name.
    #[error("`{name}` names this column and column {first}")]
    Doubled {
        /// The name.
        name: String,
        /// The other column, from 1.
        first: usize,
    },
    /// There is no column of that name to be read so.
    #[error("there is no column `{0}`")]
    NoColumn(String),
    /// What cannot stand between cells.
    #[error("`{0}` cannot stand between cells")]
    Delimiter(char),
    /// An encoding that nobody knows.
    #[error("there is no encoding `{0}`")]
    NoEncoding(String),
    /// Bytes that are no text in the encoding.
    #[error("the text is not {0}")]
    Encoding(&'static str),
    /// What is no JSON or YAML.
    #[error("{0}")]
    Syntax(String),
    /// Something else than an object stands for a case.
    #[error("a case must be an object, and this is {0}")]
    NoObject(&'static str),
    /// Something else than a list of objects.
    #[error("there must be a list of objects, or an object with the list `cases`")]
    NoList,
    /// A value that cannot be what its column holds.
    #[error("`{column}` cannot be `{value}`: {expected}")]
    Value {
        /// The column.
        column: String,
        /// The value, shortened.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// What is no workbook.
    #[error("the workbook cannot be read: {0}")]
    Workbook(String),
    /// There is no sheet of that name.
    #[error("there is no sheet `{name}`, only {}", .sheets.join(", "))]
    NoSheet {
        /// The name.
        name: String,
        /// The sheets that there are, each between backticks.
        sheets: Vec<String>,
    },
    /// A cell whose formula has failed.
    #[error("the cell shows the error `{0}`")]
    FailedCell(String),
    /// There is no table in the text.
    #[error("there is no table between `|` with a line of `---` under its names")]
    NoTable,
    /// The file itself cannot be read.
    #[error("the file cannot be read: {0}")]
    Input(Arc<std::io::Error>),
}

impl ReadError {
    pub(crate) fn new(reason: Reason) -> Self {
        Self { reason, line: None, column: None }
    }

    pub(crate) fn input(error: std::io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()) {
            Some(own) => own.clone(),
            None => Self::new(Reason::Input(Arc::new(error))),
        }
    }

    pub(crate) fn at_line(self, line: u64) -> Self {
        Self { line: Some(line), ..self }
    }

    pub(crate) fn at_column(self, column: usize) -> Self {
        Self { column: Some(column as u64), ..self }
    }

    /// What to do next.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match &self.reason {
            Reason::Empty => {
                "Put the names of the columns into the first row, and a case into each row below."
            }
            Reason::Ragged { .. } => {
                "Give each row a cell for each column, and put quotes around cells that hold the delimiter."
            }
            Reason::OpenQuote | Reason::StrayQuote => {
                "Put quotes around the whole cell, and write a quote within it twice."
            }
            Reason::LongRow => "Look for a quote that is never closed, or shorten the row.",
            Reason::TooLarge => "Save it as CSV or JSONL, which may have any size.",
            Reason::NoName => "Give the column a name, or take it out.",
            Reason::Doubled { .. } => "Give one of them another name.",
            Reason::NoColumn(_) => "Look at the names in the first row.",
            Reason::Delimiter(_) => "Use `,`, `;` or a tab.",
            Reason::NoEncoding(_) => "Name one such as `utf-8`, `utf-16le` or `windows-1252`.",
            Reason::Encoding(_) => "Save the file as UTF-8, or name its encoding, such as `windows-1252`.",
            Reason::Syntax(_) => "Mend the text there.",
            Reason::NoObject(_) | Reason::NoList => {
                "Write each case as an object of names and values, such as `{\"question\": \"Why?\"}`."
            }
            Reason::Value { .. } => "Change the value, or have the column read as something else.",
            Reason::Workbook(_) => "Open it in a spreadsheet and save it as XLSX or CSV.",
            Reason::NoSheet { .. } => "Name one of them.",
            Reason::FailedCell(_) => "Mend the formula, or take the cell out.",
            Reason::NoTable => "Copy the whole table, with its names and the line under them.",
            Reason::Input(_) => "Check that the file is there and that you may read it.",
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "line {line}, column {column}: {}", self.reason),
            (Some(line), None) => write!(f, "line {line}: {}", self.reason),
            (None, Some(column)) => write!(f, "column {column}: {}", self.reason),
            (None, None) => self.reason.fmt(f),
        }
    }
}

impl std::error::Error for ReadError {}

//! A sheet of a workbook.

use crate::{Options, ReadError, Reason, row::Header};
use calamine::{Data, Range, Reader, Xlsx};
use formaops_domain::Case;
use serde_json::Value;
use std::io::Cursor;

/// The most bytes of a workbook, unpacked: one that holds more is not a table that somebody made.
const MOST_UNPACKED: u64 = 512 << 20;

pub(crate) fn read(bytes: Vec<u8>, options: &Options) -> Result<Vec<Result<Case, ReadError>>, ReadError> {
    check_size(&bytes)?;
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let sheets = workbook.sheet_names();
    let name = match &options.sheet {
        Some(name) if sheets.contains(name) => name.clone(),
        Some(name) => {
            let sheets = sheets.iter().map(|sheet| format!("`{sheet}`")).collect();
            return Err(ReadError::new(Reason::NoSheet { name: name.clone(), sheets }));
        }
        None => sheets.first().cloned().ok_or_else(|| ReadError::new(Reason::Empty))?,
    };
    let range = workbook.worksheet_range(&name).map_err(|error| broken(&error))?;
    rows(&range, options)
}

fn broken(error: &calamine::XlsxError) -> ReadError {
    ReadError::new(Reason::Workbook(error.to_string()))
}

/// Refuses what would unpack to far more than it is, before anything of it is unpacked.
fn check_size(bytes: &[u8]) -> Result<(), ReadError> {
    let broken = |error: zip::result::ZipError| ReadError::new(Reason::Workbook(error.to_string()));
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let mut unpacked = 0;
    for place in 0..archive.len() {
        unpacked += archive.by_index_raw(place).map_err(broken)?.size();
    }
    if unpacked > MOST_UNPACKED { Err(ReadError::new(Reason::TooLarge)) } else { Ok(()) }
}

fn rows(range: &Range<Data>, options: &Options) -> Result<Vec<Result<Case, ReadError>>, ReadError> {
    let first = range.start().map_or(0, |(row, _)| row);
    let mut rows = (u64::from(first) + 1..).zip(range.rows());
    let Some((line, names)) = rows.find(|(_, row)| !is_blank(row)) else {
        return Err(ReadError::new(Reason::Empty));
    };
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    let header = Header::new(names.iter().map(String::as_str), &options.columns)
        .map_err(|error| error.at_line(line))?;
    let rows = rows.filter(|(_, row)| !is_blank(row)).map(|(line, row)| {
        let cells = row.iter().zip(1..).map(|(cell, column)| {
            value(cell).map_err(|reason| ReadError::new(reason).at_line(line).at_column(column))
        });
        let cells = cells.collect::<Result<Vec<_>, _>>()?;
        header.case_of(cells.into_iter()).map_err(|error| error.at_line(line))
    });
    Ok(rows.collect())
}

fn is_blank(row: &[Data]) -> bool {
    row.iter().all(|cell| matches!(cell, Data::Empty))
}

fn value(cell: &Data) -> Result<Value, Reason> {
    Ok(match cell {
        Data::Empty => Value::String(String::new()),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Value::from(text.as_str()),
        Data::Bool(yes) => Value::Bool(*yes),
        Data::Int(number) => Value::from(*number),
        Data::Float(number) => float(*number),
        Data::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            Value::String(match (hour, minute, second, milli) {
                (0, 0, 0, 0) => date,
                _ => format!("{date}T{hour:02}:{minute:02}:{second:02}"),
            })
        }
        Data::DateTime(span) => float(span.as_f64()),
        Data::Error(error) => return Err(Reason::FailedCell(error.to_string())),
    })
}

/// A workbook knows no whole numbers; what is one is written as one.
fn float(number: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "within 2^53 nothing is lost")]
    let whole = number as i64;
    #[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "exactly what is asked")]
    let is_whole = whole as f64 == number && number.abs() < 9e15;
    if is_whole { Value::from(whole) } else { Value::from(number) }
}

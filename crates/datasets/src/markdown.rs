//! A table between `|`, as Markdown has it.

use crate::{Options, ReadError, Reason, row::Header};
use formaops_domain::Case;

pub(crate) fn read(bytes: &[u8], options: &Options) -> Result<Vec<Result<Case, ReadError>>, ReadError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ReadError::new(Reason::Encoding("UTF-8")))?;
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let is_rule = |line: &str| line.contains('-') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '));
    let header = lines
        .windows(2)
        .position(|pair| pair[0].contains('|') && is_rule(pair[1]))
        .ok_or_else(|| ReadError::new(Reason::NoTable))?;
    let names = cells(lines[header]);
    let line = |place: usize| place as u64 + 1;
    let columns = Header::new(names.iter().map(String::as_str), &options.columns)
        .map_err(|error| error.at_line(line(header)))?;
    let rows = lines.iter().enumerate().skip(header + 2).take_while(|(_, text)| text.contains('|'));
    let rows = rows.map(|(place, text)| {
        let cells = cells(text);
        columns.case(cells.iter().map(String::as_str)).map_err(|error| error.at_line(line(place)))
    });
    Ok(rows.collect())
}

/// The cells of a row; `\|` is a bar within one, `<br>` a new line.
fn cells(row: &str) -> Vec<String> {
    let row = row.strip_prefix('|').unwrap_or(row);
    let (mut cells, mut cell, mut escaped) = (Vec::new(), String::new(), false);
    for character in row.chars() {
        match character {
            '|' if !escaped => cells.push(std::mem::take(&mut cell)),
            _ => {
                if escaped && character != '|' {
                    cell.push('\\');
                }
                if character != '\\' {
                    cell.push(character);
                }
            }
        }
        escaped = character == '\\' && !escaped;
    }
    if escaped {
        cell.push('\\');
    }
    // Behind the last bar nothing stands.
    if !cell.trim().is_empty() {
        cells.push(cell);
    }
    cells.into_iter().map(|cell| cell.trim().replace("<br>", "\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_and_new_lines_stand_in_cells_and_text_around_the_table_is_left_alone() {
        let text = "Cases:\n\n| question | __expected |\n|:---|---|\n| a \\| b<br>c | x\\y |\n|  | 2 |\n\nThe end | or so";
        let cases: Vec<_> =
            read(text.as_bytes(), &Options::default()).unwrap().into_iter().map(Result::unwrap).collect();
        let questions: Vec<_> = cases.iter().map(|case| case.inputs["question"].as_str().unwrap()).collect();
        assert_eq!(questions, ["a | b\nc", ""]);
    }

    #[test]
    fn a_ragged_row_is_named_with_its_line() {
        let text = "a | b\n--|--\n1 | 2\n1\\| 2 |\n";
        let rows = read(text.as_bytes(), &Options::default()).unwrap();
        assert_eq!(
            rows[1].as_ref().unwrap_err().to_string(),
            "line 4: the row has 1 cells, and the first row 2"
        );
    }
}

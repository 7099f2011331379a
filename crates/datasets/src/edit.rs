//! A table that is given other cases: what of it stays is as it was written.

use crate::{
    Options, ReadError, Shape, TableFormat, Writer, read,
    records::{self, Records},
    row::{is_special, plain},
    structured,
    write::{object, row_text},
};
use formaops_domain::{Case, ContentHash};
use formaops_template::yaml;
use serde_json::Value;
use std::{
    collections::{HashMap, VecDeque},
    io,
};

/// The text of a table that holds these cases. Rows that stay are as they were written, and so are the delimiter, the
/// order of columns, line ends, and in YAML comments. A text that is empty or cannot be read is written anew, in the
/// format that the name says.
///
/// # Errors
/// Where a case cannot be written in the format.
pub fn edit(text: &str, name: &str, cases: &[Case]) -> io::Result<String> {
    let format = TableFormat::recognise(name, text.as_bytes());
    let anew = write(format, cases)?;
    let Ok(now) = read_text(text, name) else { return Ok(anew) };
    let Ok(wanted) = read_text(&anew, name) else { return Ok(anew) };
    if now == wanted {
        return Ok(text.to_owned());
    }
    let edited = match format {
        TableFormat::Csv => csv(text, &now, cases, &wanted),
        TableFormat::Jsonl => lines(text, cases)?,
        TableFormat::Yaml => list(text, cases)?,
        TableFormat::Json | TableFormat::Xlsx | TableFormat::Markdown => None,
    };
    Ok(edited.filter(|edited| read_text(edited, name).is_ok_and(|read| read == wanted)).unwrap_or(anew))
}

/// The cases of a text. Where one says what a known case would be written as, it is that case: a table of texts knows no
/// numbers.
///
/// # Errors
/// What is wrong with the text.
pub fn read_over(text: &str, name: &str, known: &[Case]) -> Result<Vec<Case>, ReadError> {
    let mut cases = read_text(text, name)?;
    let format = TableFormat::recognise(name, text.as_bytes());
    let Ok(written) = write(format, known) else { return Ok(cases) };
    let Ok(written) = read_text(&written, name) else { return Ok(cases) };
    let mut known = by_hash(&written, known.iter());
    for case in &mut cases {
        if let Some(known) = known.get_mut(&case.hash()).and_then(VecDeque::pop_front) {
            *case = Case { position: 0, ..known.clone() };
        }
    }
    Ok(cases)
}

fn read_text(text: &str, name: &str) -> Result<Vec<Case>, ReadError> {
    read(Box::new(io::Cursor::new(text.to_owned())), name, &Options::default())?.collect()
}

fn write(format: TableFormat, cases: &[Case]) -> io::Result<String> {
    let mut writer = Writer::new(format, shape_of(cases), Vec::new())?;
    cases.iter().try_for_each(|case| writer.write(case))?;
    String::from_utf8(writer.finish()?).map_err(io::Error::other)
}

fn shape_of(cases: &[Case]) -> Shape {
    let mut shape = Shape::default();
    cases.iter().for_each(|case| shape.see(case));
    shape
}

/// What belongs to cases, by what they hold; several of one in their order.
fn by_hash<T>(cases: &[Case], of: impl Iterator<Item = T>) -> HashMap<ContentHash, VecDeque<T>> {
    let mut found: HashMap<_, VecDeque<T>> = HashMap::new();
    for (case, of) in cases.iter().zip(of) {
        found.entry(case.hash()).or_default().push_back(of);
    }
    found
}

fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// A CSV. `now` is what it says, `wanted` what it says of the cases.
fn csv(text: &str, now: &[Case], cases: &[Case], wanted: &[Case]) -> Option<String> {
    let (mark, text) = match text.strip_prefix('\u{feff}') {
        Some(text) => ("\u{feff}", text),
        None => ("", text),
    };
    let delimiter = records::delimiter(text.as_bytes());
    let names: Vec<String> = {
        let header = Records::new(text.as_bytes(), delimiter).next()?.ok()?;
        header.fields().map(|name| plain(name).trim().to_owned()).collect()
    };
    let shape = shape_of(cases);
    let needed = shape.header();
    let stays = names.iter().filter(|name| needed.contains(name) || is_special(name));
    let columns: Vec<&String> = stays.chain(needed.iter().filter(|name| !names.contains(name))).collect();
    let is_same = names.iter().eq(columns.iter().copied());
    let rows = rows(text);
    let (header, old) = rows.split_first()?;
    if old.len() != now.len() {
        return None;
    }
    let joined = |cells: Vec<&str>| {
        let texts: Vec<_> = cells.iter().map(|cell| row_text(cell, cells.len())).collect();
        texts.join(char::from(delimiter).to_string().as_str())
    };
    let mut known = if is_same { by_hash(now, old.iter()) } else { HashMap::new() };
    let mut written = match is_same {
        true => vec![(*header).to_owned()],
        false => vec![joined(columns.iter().map(|name| name.as_str()).collect())],
    };
    for (case, read) in cases.iter().zip(wanted) {
        if let Some(row) = known.get_mut(&read.hash()).and_then(VecDeque::pop_front) {
            written.push((*row).to_owned());
            continue;
        }
        let cells = shape.cells(case);
        let cell = |name: &&String| {
            let at = needed.iter().position(|needed| needed == *name);
            at.map_or("", |at| cells[at].as_str())
        };
        written.push(joined(columns.iter().map(cell).collect()));
    }
    let end = line_end(text);
    Some(format!("{mark}{}{end}", written.join(end)))
}

/// The rows of a CSV that can be read, without the ends of their lines.
fn rows(text: &str) -> Vec<&str> {
    let (mut rows, mut start, mut is_quoted) = (Vec::new(), 0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted => {
                rows.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    rows.push(&text[start..]);
    rows.retain(|row| !row.is_empty());
    rows
}

fn lines(text: &str, cases: &[Case]) -> io::Result<Option<String>> {
    let (mark, text) = match text.strip_prefix('\u{feff}') {
        Some(text) => ("\u{feff}", text),
        None => ("", text),
    };
    let old: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let values = old.iter().map(|line| serde_json::from_str(line));
    let Ok(values) = values.collect::<Result<Vec<Value>, _>>() else { return Ok(None) };
    let Some(mut known) = as_written(&values, old.iter()) else { return Ok(None) };
    let mut written = mark.to_owned();
    for case in cases {
        match known.get_mut(&case.hash()).and_then(VecDeque::pop_front) {
            Some(line) => written.push_str(line),
            None => written.push_str(&object(case)?.to_string()),
        }
        written.push_str(line_end(text));
    }
    Ok(Some(written))
}

fn list(text: &str, cases: &[Case]) -> io::Result<Option<String>> {
    let value = yaml::read(text.trim_start_matches('\u{feff}'), structured::LIMITS);
    let Ok(mut value) = value else { return Ok(None) };
    let items = match &mut value {
        Value::Array(items) => items,
        Value::Object(fields) => match fields.get_mut("cases") {
            Some(Value::Array(items)) => items,
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    let old = std::mem::take(items);
    let Some(mut known) = as_written(&old, old.iter()) else { return Ok(None) };
    for case in cases {
        items.push(match known.get_mut(&case.hash()).and_then(VecDeque::pop_front) {
            Some(item) => item.clone(),
            None => object(case)?,
        });
    }
    Ok(Some(yaml::edit(text, &value, structured::LIMITS)))
}

/// What stands for each case of a list of objects.
fn as_written<T>(values: &[Value], of: impl Iterator<Item = T>) -> Option<HashMap<ContentHash, VecDeque<T>>> {
    let options = Options::default();
    let cases = values.iter().map(|value| structured::case(value.clone(), &options));
    Some(by_hash(&cases.collect::<Result<Vec<_>, _>>().ok()?, of))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cases(text: &str, name: &str) -> Vec<Case> {
        read_text(text, name).unwrap()
    }

    #[test]
    fn rows_that_stay_are_as_they_were_written() {
        let csv = "question;\"__expected\";__metadata:by\n\"Why?\";contains:Paris;me\nHow?;;\n";
        let jsonl = "{ \"inputs\": { \"question\": \"Why?\" } }\n{\"question\": \"How?\"}\n";
        let yaml =
            "# mine\ncases:\n- vars: {question: Why?}  # first\n- inputs:\n    question: How?\nowner: me\n";
        for (text, name, expected) in [
            (csv, "a.csv", "question;\"__expected\";__metadata:by\n\"Why?\";contains:Paris;me\nWhen?;;\n"),
            (
                jsonl,
                "a.jsonl",
                "{ \"inputs\": { \"question\": \"Why?\" } }\n{\"inputs\":{\"question\":\"When?\"}}\n",
            ),
            (
                yaml,
                "a.yaml",
                "# mine\ncases:\n- vars: {question: Why?}  # first\n- inputs:\n    question: When?\nowner: me\n",
            ),
        ] {
            let mut now = cases(text, name);
            assert_eq!(edit(text, name, &now).unwrap(), text, "{name}");
            now[1].inputs.insert("question".into(), json!("When?"));
            assert_eq!(edit(text, name, &now).unwrap(), expected, "{name}");
            let windows = text.replace('\n', "\r\n");
            assert_eq!(edit(&windows, name, &now).unwrap(), expected.replace('\n', "\r\n"), "{name}");
            now.remove(0);
            let last = edit(text, name, &now).unwrap();
            assert_eq!(cases(&last, name), now, "{name}: {last}");
        }
    }

    #[test]
    fn columns_come_and_go_and_keep_their_order() {
        let mut now = cases("b,a,note\n1,2,x\n", "a.csv");
        now[0].inputs.shift_remove("note");
        now[0].inputs.insert("c".into(), json!([3, 4]));
        now[0].name = "first".into();
        let edited = edit("b,a,note\n1,2,x\n", "a.csv", &now).unwrap();
        assert_eq!(edited, "b,a,c,__description\n1,2,\"[3,4]\",first\n");
    }

    #[test]
    fn a_table_of_texts_gives_the_values_back_that_it_was_written_from() {
        let mut known = cases("a,b\n1,x\n2,y\n", "a.csv");
        known[0].inputs.insert("a".into(), json!(1));
        known[1].inputs.insert("b".into(), json!({ "deep": true }));
        let text = edit("", "a.csv", &known).unwrap();
        assert_eq!(read_over(&text, "a.csv", &known).unwrap(), known);
        let edited = text.replace("2,", "3,");
        let read = read_over(&edited, "a.csv", &known).unwrap();
        assert_eq!((read[0].clone(), read[1].inputs["a"].clone()), (known[0].clone(), json!("3")));
    }

    #[test]
    fn what_cannot_be_read_is_written_anew() {
        let known = cases("a\n1\n", "a.csv");
        assert_eq!(edit("a,\"b\n", "a.csv", &known).unwrap(), "a\r\n1\r\n");
        assert_eq!(edit("{", "a.jsonl", &known).unwrap(), "{\"inputs\":{\"a\":\"1\"}}\n");
    }
}

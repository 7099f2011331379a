//! Every defect is named with its place, and with what to do.

use crate::{problems, rows};
use formaops_datasets::{Options, Reason, Role, TableFormat};

#[test]
fn a_malformed_table_names_the_place() {
    for (name, text, expected) in [
        ("a.csv", "", "there is nothing in the table"),
        ("a.csv", "a,b\n1,2\n3\n4,5\n6,7,8\n", "line 3: the row has 1 cells, and the first row 2"),
        ("a.csv", "a,b\n1,\"2\n3,4\n", "line 2, column 2: a quote is opened here and never closed"),
        ("a.csv", "a,b\n\"x\ny\",\"2\" 3\n", "line 3, column 2: a quote stands in the middle of a cell"),
        ("a.csv", "a,b\n1,2\"3\n", "line 2, column 2: a quote stands in the middle of a cell"),
        ("a.csv", "a,,c\n1,2,3\n", "line 1, column 2: the column has no name"),
        ("a.csv", "a,b,a\n1,2,3\n", "line 1, column 3: `a` names this column and column 1"),
        (
            "a.csv",
            "a,__threshold\n1,0.5\n2,half\n",
            "line 3, column 2: `__threshold` cannot be `\"half\"`: it must be a number from 0 to 1",
        ),
        ("a.jsonl", "{\"a\": 1}\n\n{\"a\": }\n", "line 3, column 7: expected value"),
        ("a.jsonl", "{\"a\": 1}\n[1]\n", "line 2: a case must be an object, and this is a list"),
        ("a.json", "[{\"a\": 1},\n {\"a\" 1}]", "line 2, column 7: expected `:`"),
        ("a.json", "{\"rows\": []}", "there must be a list of objects, or an object with the list `cases`"),
        ("a.json", "[{}, 7]", "line 2: a case must be an object, and this is a number"),
        ("a.md", "no table", "there is no table between `|` with a line of `---` under its names"),
    ] {
        let found = problems(text.as_bytes(), name, &Options::default());
        assert_eq!(found.first().map(String::as_str), Some(expected), "{text:?}");
    }
}

#[test]
fn a_row_that_is_wrong_does_not_hide_the_rows_behind_it() {
    let text = "a,b\n1,2\n3\n4,5\n6,7,8\n";
    let read = rows(text.as_bytes(), "", &Options::default()).unwrap();
    assert_eq!(read.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true, false]);
    assert_eq!(read[3].as_ref().unwrap_err().line, Some(5));
}

#[test]
fn yaml_beyond_its_limits_and_broken_workbooks_are_refused() {
    let bomb = format!("{}{}", "- ".repeat(60), "x");
    assert_eq!(problems(bomb.as_bytes(), "a.yaml", &Options::default()).len(), 1);
    let found = rows(b"PK\x03\x04 no zip", "a.xlsx", &Options::default()).unwrap_err();
    assert!(matches!(found.reason, Reason::Workbook(_)), "{found}");
}

#[test]
fn options_that_fit_nothing_are_refused() {
    let options = |change: fn(&mut Options)| {
        let mut options = Options::default();
        change(&mut options);
        options
    };
    for (change, expected) in [
        ((|o| o.delimiter = Some('x')) as fn(&mut Options), "`x` cannot stand between cells"),
        (|o| o.encoding = Some("klingon".into()), "there is no encoding `klingon`"),
        (|o| o.columns = [("b".to_owned(), Role::Expected)].into(), "line 1: there is no column `b`"),
    ] {
        assert_eq!(problems(b"a\n1\n", "a.csv", &options(change)), [expected]);
    }
}

#[test]
fn a_quote_that_is_never_closed_does_not_fill_the_memory() {
    let mut text = b"a,b\n1,\"".to_vec();
    text.resize(formaops_datasets::MOST_ROW_BYTES + 100, b'x');
    assert_eq!(problems(&text, "a.csv", &Options::default()), ["line 2: the row has more than 16 MiB"]);
    let options = Options { format: Some(TableFormat::Jsonl), ..Options::default() };
    assert_eq!(problems(&text[5..], "", &options).len(), 1);
}

//! The many ways in which the same table is found.

use crate::{cases, object, rows};
use formaops_datasets::{Options, Role, TableFormat, read};
use formaops_domain::Case;
use serde_json::{Value, json};
use std::io::{Cursor, Read, Write};

fn only(bytes: &[u8], name: &str) -> Case {
    rows(bytes, name, &Options::default()).unwrap().remove(0).unwrap()
}

#[test]
fn an_encoding_is_found_by_looking() {
    let text = "näme;wörd\r\n\"Zoë; said\";10 €\r\n";
    let utf_16 = |bytes: fn(u16) -> [u8; 2], mark: bool| -> Vec<u8> {
        let mark = mark.then_some(0xfeff);
        mark.into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
    };
    let (windows, ..) = encoding_rs::WINDOWS_1252.encode(text);
    for bytes in [
        text.as_bytes().to_vec(),
        format!("\u{feff}{text}").into_bytes(),
        utf_16(u16::to_le_bytes, true),
        utf_16(u16::to_be_bytes, true),
        utf_16(u16::to_le_bytes, false),
        utf_16(u16::to_be_bytes, false),
        windows.into_owned(),
    ] {
        let inputs = only(&bytes, "a.csv").inputs;
        assert_eq!(inputs, object(&json!({ "näme": "Zoë; said", "wörd": "10 €" })));
    }
}

#[test]
fn text_that_turns_out_to_be_of_another_encoding_is_named_with_its_line() {
    let mut bytes = b"name,count\n".to_vec();
    for number in 0..20_000 {
        writeln!(bytes, "row {number},1").unwrap();
    }
    bytes.extend_from_slice(b"Zo\xeb,1\nlast,1\n");
    let read = rows(&bytes, "a.csv", &Options::default()).unwrap();
    assert_eq!(read[20_000].as_ref().unwrap_err().to_string(), "line 20002, column 1: the text is not UTF-8");
    let options = Options { encoding: Some("windows-1252".into()), ..Options::default() };
    assert_eq!(rows(&bytes, "a.csv", &options).unwrap()[20_000].as_ref().unwrap().inputs["name"], "Zoë");
}

#[test]
fn delimiters_line_ends_and_quotes_are_those_of_any_program() {
    for text in
        ["a,b\n\"x, \"\"y\"\"\nz\",2\n", "a;b\r\n\"x, \"\"y\"\"\nz\";2\r\n", "a\tb\r\"x, \"\"y\"\"\nz\"\t2"]
    {
        let inputs = only(text.as_bytes(), "pasted").inputs;
        assert_eq!(inputs, object(&json!({ "a": "x, \"y\"\nz", "b": "2" })), "{text:?}");
    }
    assert_eq!(cases("a\n1\n\n\n2\n", "a.csv").len(), 2);
}

#[test]
fn a_format_is_found_by_looking() {
    let json = json!([{ "a": 1 }, { "a": 2 }]).to_string();
    for (text, format) in [
        ("a,b\n1,2\n", TableFormat::Csv),
        ("a\n1\n", TableFormat::Csv),
        ("{\"a\": 1}\n{\"a\": 2}\n", TableFormat::Jsonl),
        ("{\n\"cases\": [{\"a\": 1}]}", TableFormat::Json),
        (json.as_str(), TableFormat::Json),
        ("- a: 1\n- a: 2\n", TableFormat::Yaml),
        ("cases:\n- a: 1\n", TableFormat::Yaml),
        ("| a |\n|---|\n| 1 |\n", TableFormat::Markdown),
    ] {
        let read = read(Box::new(Cursor::new(text.to_owned())), "", &Options::default()).unwrap();
        assert_eq!(read.format(), format, "{text:?}");
        assert!(read.into_iter().all(|case| !case.unwrap().inputs.is_empty()));
    }
}

#[test]
fn columns_are_read_as_what_they_are_said_to_hold() {
    let text = "id,question,answer,kind,note\n7,Why?,Because.,\"short, open\",x\n";
    let roles = [("id", Role::Name), ("answer", Role::Expected), ("kind", Role::Tags), ("note", Role::Skip)];
    let columns = roles.into_iter().map(|(name, role)| (name.to_owned(), role)).collect();
    let options = Options { columns, ..Options::default() };
    let case = rows(text.as_bytes(), "a.csv", &options).unwrap().remove(0).unwrap();
    let expected = Case {
        name: "7".into(),
        expected: Some(json!("Because.")),
        tags: vec!["short".into(), "open".into()],
        ..Case::of(object(&json!({ "question": "Why?" })))
    };
    assert_eq!(case, expected);
}

/// The least that Excel opens: one sheet, whose texts stand in its cells.
fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut file = |name: String, content: String| {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    };
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let (mut list, mut links) = (String::new(), String::new());
    for (number, (name, rows)) in (1..).zip(sheets) {
        list += &format!("<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"r{number}\"/>");
        links += &format!(
            "<Relationship Id=\"r{number}\" Type=\"{rels}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        );
        let sheet = format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
        file(format!("xl/worksheets/sheet{number}.xml"), sheet);
    }
    file(
        "xl/workbook.xml".into(),
        format!("<workbook xmlns=\"{main}\" xmlns:r=\"{rels}\"><sheets>{list}</sheets></workbook>"),
    );
    file(
        "xl/_rels/workbook.xml.rels".into(),
        format!("<Relationships xmlns=\"{package}\">{links}</Relationships>"),
    );
    let root = format!("<Relationship Id=\"r0\" Type=\"{rels}/officeDocument\" Target=\"xl/workbook.xml\"/>");
    file("_rels/.rels".into(), format!("<Relationships xmlns=\"{package}\">{root}</Relationships>"));
    let types = "http://schemas.openxmlformats.org/package/2006/content-types";
    file("[Content_Types].xml".into(), format!("<Types xmlns=\"{types}\"/>"));
    let mut bytes = Vec::new();
    let mut written = zip.finish().unwrap();
    written.set_position(0);
    written.read_to_end(&mut bytes).unwrap();
    bytes
}

fn text(place: &str, text: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

#[test]
fn a_sheet_of_a_workbook_is_read_by_its_name() {
    let header = format!(
        "<row r=\"2\">{}{}{}</row>",
        text("B2", "name"),
        text("C2", "count"),
        text("D2", "__expected")
    );
    let row = format!(
        "<row r=\"4\">{}<c r=\"C4\"><v>41</v></c>{}</row>",
        text("B4", "Bob"),
        text("D4", "contains:Bob")
    );
    let broken = "<row r=\"5\"><c r=\"B5\" t=\"e\"><v>#REF!</v></c></row>";
    let bytes = workbook(&[("Notes", ""), ("Cases", &format!("{header}{row}{broken}"))]);
    let named = |sheet: &str| Options { sheet: Some(sheet.to_owned()), ..Options::default() };
    let read = rows(&bytes, "", &named("Cases")).unwrap();
    let case = read[0].as_ref().unwrap();
    assert_eq!(case.inputs, object(&json!({ "name": "Bob", "count": 41 })));
    assert_eq!(case.validations[0].name, "contains");
    let error = read[1].as_ref().unwrap_err().to_string();
    assert_eq!(error, "line 5, column 1: the cell shows the error `#REF!`");

    let none = rows(&bytes, "", &named("Other")).unwrap_err().to_string();
    assert_eq!(none, "there is no sheet `Other`, only `Notes`, `Cases`");
    assert_eq!(
        rows(&bytes, "", &Options::default()).unwrap_err().to_string(),
        "there is nothing in the table"
    );
}

#[test]
fn values_keep_their_types_where_the_format_has_types() {
    let value: Value = json!({ "a": [1, { "b": null }], "c": true, "d": 1.5, "e": "1.5" });
    let yaml = "- a: [1, {b: null}]\n  c: true\n  d: 1.5\n  e: '1.5'\n";
    for (text, name) in
        [(format!("{value}\n"), "a.jsonl"), (format!("[{value}]"), "a.json"), (yaml.into(), "a.yaml")]
    {
        assert_eq!(cases(&text, name)[0].inputs, object(&value), "{name}");
    }
}

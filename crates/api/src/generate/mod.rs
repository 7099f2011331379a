//! The files that are made from the list of operations: types and client for the page, the OpenAPI
//! document, the names of the desktop's commands; and from the tables and sources of their owners the helpers of
//! templates and the kinds of assertions for the page, and pages about vendors, settings and validations.

mod assertions;
mod configuration;
mod helpers;
mod openapi;
mod providers;
mod typescript;

use crate::{ApiError, OPERATIONS};
use formaops_domain::Event;
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value};

/// A generated file: its path from the root of the repository, and its text.
#[derive(Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// The path, with `/`.
    pub path: &'static str,
    /// The text.
    pub text: String,
}

/// Every generated file as it must be now.
#[must_use]
pub fn generated_files() -> Vec<GeneratedFile> {
    let file = |path, text| GeneratedFile { path, text };
    let names: String = OPERATIONS.iter().map(|operation| format!("{}\n", operation.name)).collect();
    vec![
        file("ui/src/bindings/types.ts", typescript::types()),
        file("ui/src/bindings/client.ts", typescript::client()),
        file("ui/src/bindings/helpers.ts", helpers::list()),
        file("ui/src/bindings/assertions.ts", assertions::list()),
        file("docs/openapi.json", openapi::document()),
        file("src-tauri/operations.txt", names),
        file("docs/configuration.md", configuration::page()),
        file("docs/providers/presets.md", providers::presets_page()),
        file("docs/providers/quirks.md", providers::quirks_page()),
        file(
            "docs/validations.md",
            format!("{}{}", providers::HEADER, formaops_validate::validations_page()),
        ),
    ]
}

/// The schemas of all types by name, seen as what is read (requests) and as what is written (answers).
///
/// A type in both has one schema here: `written` is exact for a reader, `read` says what may be left out.
struct Definitions {
    read: Map<String, Value>,
    written: Map<String, Value>,
}

fn definitions() -> Definitions {
    let mut reader = SchemaGenerator::new(SchemaSettings::draft2020_12());
    let mut writer = SchemaGenerator::new(SchemaSettings::draft2020_12().for_serialize());
    for operation in OPERATIONS {
        (operation.request)(&mut reader);
        (operation.response)(&mut writer);
    }
    writer.subschema_for::<Event>();
    writer.subschema_for::<ApiError>();
    Definitions { read: reader.take_definitions(true), written: writer.take_definitions(true) }
}

fn name_of(schema: &schemars::Schema) -> String {
    schema.get("$ref").and_then(Value::as_str).map(referenced).unwrap_or_default().to_owned()
}

/// The name of the type that a `$ref` leads to.
fn referenced(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_generated_files_in_the_repository_are_the_ones_made_from_the_list() {
        let root = Path::new("../..");
        for file in generated_files() {
            let found = std::fs::read_to_string(root.join(file.path)).unwrap_or_default();
            assert!(found == file.text, "`{}` is stale: run `make generate`", file.path);
        }
    }

    #[test]
    fn no_two_types_have_the_same_name() {
        let Definitions { read, written } = definitions();
        for name in read.keys().chain(written.keys()) {
            // The second type of a name is told by a number behind it.
            let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
            let is_alone = stem == name || !(read.contains_key(stem) || written.contains_key(stem));
            assert!(is_alone, "two types are called `{stem}`: rename one of them");
        }
    }

    #[test]
    fn every_path_field_is_a_field_of_its_request() {
        let definitions = definitions();
        for operation in OPERATIONS {
            let mut generator = SchemaGenerator::new(SchemaSettings::draft2020_12());
            let name = name_of(&(operation.request)(&mut generator));
            let fields = &definitions.read[&name]["properties"];
            for field in operation.path_fields() {
                assert!(fields.get(field).is_some(), "{} has no field `{field}`", operation.name);
            }
        }
    }
}

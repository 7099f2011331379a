//! The page of the documentation about what can be set.

use super::providers::HEADER;
use crate::configuration::{ConfigKind, ConfigValue, DEFINITIONS, in_words, template};
use std::fmt::Write;

const INTRO: &str = "\
# Configuration

How the engine works is set in one file, `formaops/config.toml` in the platform's configuration folder (on Linux
`~/.config/formaops/config.toml`). `--config FILE` or `FORMAOPS_CONFIG` names another. Variables of the environment
stand over the file, and the file over the defaults; an empty variable counts as one that is not set. The process that
owns a workspace reads both when it starts. Everything but the environment can change while it works: on the screen
*Settings, Engine*, with `formaops config set`, or by hand. A file that was changed by hand holds from the next look at
it on, which is `formaops config get` or that screen.

| command | what it does |
| --- | --- |
| `formaops config get` | shows every setting with the value in force and where it comes from |
| `formaops config set NAME VALUE` | writes a value to the file and lets it hold at once |
| `formaops config reset NAME` | takes a setting back to its default |
| `formaops config check` | names everything that is wrong with the file and the environment, and then ends with 1 |
| `formaops config generate` | prints a file that says every default, to begin with |

What is wrong stops nothing. Until it is mended the value that held before holds on, or else the default; `formaops
health get`, the status bar and every command say that something is wrong. Changes are made in the file as it is: its
comments and its order stay.

## Settings
";

/// Every setting, and the template.
pub(super) fn page() -> String {
    let mut text =
        format!("{HEADER}{INTRO}\n| name | variable | default | allowed |\n| --- | --- | --- | --- |\n");
    for definition in &DEFINITIONS {
        let unit = match definition.kind {
            ConfigKind::Number { unit, .. } if !unit.is_empty() => format!(" {}", in_words(unit)),
            _ => String::new(),
        };
        let default = match definition.default {
            ConfigValue::Number(number) => format!("{number}{unit}"),
            ConfigValue::Word(word) => format!("`{word}`"),
        };
        let allowed = definition.allowed();
        let _ = writeln!(
            text,
            "| `{}` | `{}` | {default} | {allowed}{unit} |",
            definition.name, definition.variable
        );
    }
    for definition in &DEFINITIONS {
        let _ = write!(text, "\n### `{}`\n\n{}.\n\n{}\n", definition.name, definition.title, definition.doc);
    }
    let _ = write!(text, "\n## The file\n\n```toml\n{}```\n", template());
    text
}

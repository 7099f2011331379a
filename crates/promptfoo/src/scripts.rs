//! JavaScript of a configuration, as the sandbox takes it: assertions, transforms, and files of them.

use crate::{
    files::{self, Files},
    problem::Log,
};
use formaops_validate::function_of_rule;

/// The source of a script that stands in the configuration, or in a file that it names.
pub(crate) fn source(text: &str, at: &str, files: &dyn Files, log: &mut Log) -> Option<String> {
    let Some(path) = files::of_url(text) else { return Some(text.to_owned()) };
    let (path, name) = split_function(path);
    match files::ending(path).as_str() {
        "js" | "cjs" => module(&files::text(files, path, at, log)?, path, name, at, log),
        "mjs" | "ts" | "cts" | "mts" => {
            let message = format!("`{path}` is a module, which cannot be read here");
            log.wrong(at, message, "Write it as `module.exports = (output, context) => …` in a file `.js`.");
            None
        }
        _ => {
            let message = format!("`{path}` is a program, which is never run");
            log.wrong(at, message, "Write it in JavaScript, here or in a file `.js`.");
            None
        }
    }
}

/// A path and the function behind its last colon.
fn split_function(path: &str) -> (&str, Option<&str>) {
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
    };
    match path.rsplit_once(':') {
        Some((path, name)) if is_name(name) => (path, Some(name)),
        _ => (path, None),
    }
}

/// What a file in the form of CommonJS exports, as a function. There is no `require`: it can use nothing else.
fn module(text: &str, path: &str, name: Option<&str>, at: &str, log: &mut Log) -> Option<String> {
    let is_module = text.lines().any(|line| line.starts_with("import ") || line.starts_with("export "));
    if is_module || text.contains("require(") {
        let message = format!("`{path}` uses other modules, which are not there in the sandbox");
        let hint = "Write all of it into one file that ends in `module.exports = (output, context) => …`.";
        log.wrong(at, message, hint);
        return None;
    }
    let chosen = name.map_or_else(String::new, |name| format!(".{name}"));
    Some(format!(
        "(output, context) => {{ const module = {{ exports: {{}} }}; const exports = module.exports;\n{text}\n\
         const chosen = module.exports{chosen}; \
         return (typeof chosen === 'function' ? chosen : chosen.default)(output, context); }}"
    ))
}

/// One transform after the other.
pub(crate) fn chain(transforms: impl IntoIterator<Item = String>) -> Option<String> {
    transforms.into_iter().reduce(|first, second| {
        let (first, second) = (function_of_rule(&first), function_of_rule(&second));
        format!("(output, context) => ({second})(({first})(output, context), context)")
    })
}

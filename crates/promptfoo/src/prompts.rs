//! The prompts of a configuration: texts, chats, and files of them.

use crate::{
    files::{self, Files, Sources},
    problem::Log,
};
use formaops_domain::{Body, Content, JsonObject, Settings, TemplateEngine};
use formaops_template::formats::{take_parameters, to_prompt_name};
use serde_json::Value;
use std::collections::HashSet;

/// A prompt of a configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigPrompt {
    /// A name made of its label or its file, unique in the configuration; one segment of a prompt's name.
    pub name: String,
    /// What the configuration calls it: its label, its file, or its text.
    pub label: String,
    /// What stands there as its `id`; may be empty.
    pub id: String,
    /// The template as it stands there.
    pub raw: String,
    /// What a version of it holds.
    pub content: Content,
}

impl ConfigPrompt {
    /// Whether it is a list of messages.
    #[must_use]
    pub fn is_chat(&self) -> bool {
        serde_json::from_str(&self.raw).is_ok_and(|value| is_chat(&value))
    }
}

/// How prompts in a text file stand apart.
const DELIMITER: &str = "---";

/// Reads all prompts.
pub(crate) fn read(value: Option<Value>, files: &Sources<'_>, log: &mut Log) -> Vec<ConfigPrompt> {
    let mut reader = Reader { files, log, found: Vec::new() };
    match value {
        None | Some(Value::Null) => {
            let hint = "Write them under `prompts`: texts, or files as `file://prompt.txt`.";
            reader.log.wrong("prompts", "the configuration has no prompts", hint);
        }
        Some(value) => reader.any(value, "prompts", ""),
    }
    let mut found = reader.found;
    let mut taken = HashSet::new();
    for prompt in &mut found {
        let name = prompt.name.clone();
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        if let Some(free) = std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name)) {
            prompt.name = free;
        }
        taken.insert(prompt.name.clone());
    }
    found
}

struct Reader<'r> {
    files: &'r Sources<'r>,
    log: &'r mut Log,
    found: Vec<ConfigPrompt>,
}

/// What is said of a prompt beside its text.
#[derive(Clone, Default)]
struct Said {
    label: String,
    id: String,
    settings: Settings,
}

impl Reader<'_> {
    fn any(&mut self, value: Value, at: &str, label: &str) {
        match value {
            Value::String(text) => {
                self.text_or_file(&text, at, Said { label: label.to_owned(), ..Said::default() });
            }
            Value::Array(items) => {
                for (index, item) in items.into_iter().enumerate() {
                    self.any(item, &format!("{at}[{index}]"), label);
                }
            }
            Value::Object(fields)
                if ["raw", "id", "label", "prompt"].iter().any(|f| fields.contains_key(*f)) =>
            {
                self.object(fields, at);
            }
            // Files with their labels.
            Value::Object(fields) => {
                for (file, label) in fields {
                    let label = label.as_str().unwrap_or_default().to_owned();
                    let said = Said { label, ..Said::default() };
                    self.text_or_file(&file, &format!("{at}.{file}"), said);
                }
            }
            _ => self.log.wrong(at, "this is no prompt", "Write a text, a file, or an object with `raw`."),
        }
    }

    fn object(&mut self, mut fields: JsonObject, at: &str) {
        let mut take = |name: &str| match fields.shift_remove(name) {
            Some(Value::String(text)) => text,
            Some(other) if !other.is_null() => other.to_string(),
            _ => String::new(),
        };
        let (id, raw) = (take("id"), [take("raw"), take("prompt")].concat());
        let label = [take("label"), take("display")].into_iter().find(|text| !text.is_empty());
        let mut settings = Settings::default();
        if let Some(Value::Object(mut config)) = fields.shift_remove("config") {
            let (parameters, notes) = take_parameters(&mut config, &format!("{at}.config"));
            self.log.take_over(notes);
            settings.parameters = parameters;
            for name in config.keys() {
                let message = format!("`{name}` has no counterpart here and is not sent");
                self.log.note(&format!("{at}.config.{name}"), message);
            }
        }
        for name in fields.keys() {
            self.log.note(&format!("{at}.{name}"), format!("`{name}` means nothing here"));
        }
        let label = label.unwrap_or_default();
        if raw.is_empty() {
            self.text_or_file(&id, at, Said { label, id: String::new(), settings });
        } else {
            self.text_or_file(&raw, at, Said { label, id, settings });
        }
    }

    fn text_or_file(&mut self, text: &str, at: &str, said: Said) {
        for elsewhere in ["langfuse://", "portkey://", "helicone://"] {
            if text.starts_with(elsewhere) {
                let message = format!("`{text}` stands in a service, which is not asked");
                self.log.wrong(at, message, "Export the prompt there, and name its file here.");
                return;
            }
        }
        let Some(path) = path_of(text) else { return self.add(text, at, said, None) };
        if path.starts_with("exec:") || files::is_code(path) {
            let message = format!("`{text}` is a program, which is never run");
            self.log.wrong(at, message, "Write out the prompt that it makes.");
            return;
        }
        match self.files.find(path) {
            Ok(found) => {
                for file in found {
                    self.file(&file, at, &said);
                }
            }
            Err(error) => self.log.wrong(at, error.message, error.hint),
        }
    }

    fn file(&mut self, path: &str, at: &str, said: &Said) {
        let whole = Some(path);
        let Some(text) = files::text(self.files, path, at, self.log) else { return };
        match files::ending(path).as_str() {
            "yaml" | "yml" => {
                if let Some(mut value) = files::parse(path, &text, self.log) {
                    self.files.fill(&mut value, path, self.log);
                    self.add(&pretty(&value), at, said.clone(), whole);
                }
            }
            "jsonl" | "ndjson" => {
                for mut line in files::lines(path, &text, self.log).into_iter().flatten() {
                    self.files.fill(&mut line, path, self.log);
                    self.add(&line.to_string(), at, said.clone(), whole);
                }
            }
            "csv" => self.table(path, &text, at, said),
            "txt" => {
                for part in parts(&self.filled(text, path)) {
                    self.add(&part, at, said.clone(), whole);
                }
            }
            _ => {
                let text = self.filled(text, path);
                self.add(&text, at, said.clone(), whole);
            }
        }
    }

    /// The text of a file with the environment put in. Where it is JSON, a value stays within its text.
    fn filled(&mut self, text: String, path: &str) -> String {
        let read = serde_json::from_str(&text).ok().filter(is_chat);
        let is_json = read.is_some();
        let mut value = read.unwrap_or_else(|| Value::String(text.clone()));
        let before = value.clone();
        self.files.fill(&mut value, path, self.log);
        match value {
            same if same == before => text,
            Value::String(filled) if !is_json => filled,
            filled => pretty(&filled),
        }
    }

    /// A table with a column `prompt`, and perhaps one `label`.
    fn table(&mut self, path: &str, text: &str, at: &str, said: &Said) {
        let options = formaops_datasets::Options::default();
        let rows = formaops_datasets::read(Box::new(std::io::Cursor::new(text.to_owned())), path, &options);
        let rows = rows.and_then(Iterator::collect::<Result<Vec<_>, _>>);
        match rows {
            Ok(rows) => {
                for row in rows {
                    let cell = |name: &str| row.inputs.get(name).and_then(Value::as_str).map(str::to_owned);
                    let Some(prompt) = cell("prompt") else {
                        let hint = "Call the column of the prompts `prompt`.";
                        return self.log.wrong(at, format!("`{path}` has no column `prompt`"), hint);
                    };
                    let label = cell("label").unwrap_or_else(|| said.label.clone());
                    let prompt = self.filled(prompt, path);
                    self.add(&prompt, at, Said { label, ..said.clone() }, None);
                }
            }
            Err(error) => self.log.wrong(at, format!("`{path}` is malformed: {error}"), error.hint()),
        }
    }

    /// Adds a prompt, which stands in a file or in the configuration itself.
    fn add(&mut self, text: &str, at: &str, said: Said, file: Option<&str>) {
        if text.trim().is_empty() {
            self.log.wrong(at, "the prompt has no text", "Write it, or remove it.");
            return;
        }
        if text.contains("_conversation") {
            let message =
                "`_conversation` needs the answers to the tests before, and tests are run at the same time";
            self.log.wrong(at, message, "Write the earlier messages into the prompt.");
            return;
        }
        let mut raw = text.to_owned();
        if text.trim_start().starts_with("- role:")
            && let Some(value) = files::parse(at, text, self.log)
            && is_chat(&value)
        {
            raw = pretty(&value);
        }
        match serde_json::from_str::<Value>(&raw) {
            Ok(value) if is_chat(&value) => self.check_chat(&value, at),
            Ok(Value::Array(_) | Value::Object(_)) => {
                let message = "this JSON is no list of messages: it is sent as one text, with values put in as they are";
                self.log.note(at, message);
            }
            _ => {}
        }
        let words = [said.label.as_str(), said.id.as_str()].into_iter().find(|word| !word.trim().is_empty());
        let name = match (words, file) {
            (Some(words), _) => to_prompt_name(words).to_string(),
            (None, Some(file)) => to_prompt_name(stem(file)).to_string(),
            (None, None) => format!("prompt-{}", self.found.len() + 1),
        };
        let name: String = name.replace('/', "-").chars().take(48).collect();
        let Said { label, id, settings } = said;
        let label = if label.is_empty() { file.map_or_else(|| raw.clone(), str::to_owned) } else { label };
        let content = Content {
            body: Body::text(raw.clone()),
            engine: TemplateEngine::Nunjucks,
            settings,
            ..Content::default()
        };
        self.found.push(ConfigPrompt { name, label, id, raw, content });
    }

    /// Messages are texts here; what else they can hold elsewhere is named.
    fn check_chat(&mut self, value: &Value, at: &str) {
        const ROLES: [&str; 5] = ["system", "developer", "user", "assistant", "tool"];
        for (index, message) in value.as_array().into_iter().flatten().enumerate() {
            let role = message.get("role").and_then(Value::as_str).unwrap_or_default();
            if !ROLES.contains(&role) && !role.contains("{{") {
                let message = format!("message {}: there is no role `{role}`", index + 1);
                self.log.wrong(at, message, format!("Use one of `{}`.", ROLES.join("`, `")));
            }
            if !message.get("content").is_some_and(Value::is_string) {
                let message = format!("message {}: its `content` is no text", index + 1);
                let hint = "Images, files and tool calls cannot be read from a configuration: make the prompt here, \
                            attach them, and run a suite of it.";
                self.log.wrong(at, message, hint);
            }
        }
    }
}

/// The name of a file without folders and without what it ends with.
fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The prompts of a text file, each trimmed, between lines that are nothing but the delimiter.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in text.lines() {
        match parts.last_mut() {
            Some(part) if line.trim() != DELIMITER => {
                part.push_str(line);
                part.push('\n');
            }
            _ => parts.push(String::new()),
        }
    }
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn is_chat(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|items| !items.is_empty() && items.iter().all(|item| item.get("role").is_some()))
}

fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

/// The file that a text names, where it is no prompt itself.
fn path_of(text: &str) -> Option<&str> {
    const ENDINGS: [&str; 16] = [
        "txt", "md", "j2", "json", "jsonl", "ndjson", "yaml", "yml", "csv", "js", "cjs", "mjs", "ts", "py",
        "rb", "sh",
    ];
    if let Some(path) = files::of_url(text) {
        return Some(path);
    }
    let is_path =
        !text.contains(['\n', '{', '}', ' ', '"']) && ENDINGS.contains(&files::ending(text).as_str());
    (is_path || text.starts_with("exec:")).then_some(text)
}

/// Whether a prompt is one of those that a model or a test names: by label or id, whole, by the group before a colon, or
/// with `*`.
///
/// Source: `isPromptAllowed` in `src/util/promptMatching.ts`.
pub(crate) fn is_named(prompt: &ConfigPrompt, wanted: &str) -> bool {
    [prompt.label.as_str(), prompt.id.as_str(), prompt.name.as_str()].into_iter().any(|name| {
        let name = name.trim_start_matches("file://");
        let wanted = wanted.trim_start_matches("file://");
        let in_group = |group: &str| name.strip_prefix(group).is_some_and(|rest| rest.starts_with(':'));
        match wanted.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == wanted || in_group(wanted),
        }
    }) && !wanted.is_empty()
}

//! Configurations of promptfoo, with the files of prompts and variables that stand beside them.
//!
//! See <https://www.promptfoo.dev/docs/configuration/reference> and its `config-schema.json`. Templates are Nunjucks.
//! Code that a configuration names (JavaScript, Python, `exec:`) is never run, and nothing is fetched.

use super::{
    FormatError, FoundInputs, FoundPrompt, Note, NoteKind, Notes, chat, jinja, name, parameters, plain,
    recognise::Folder, variables,
};
use crate::Severity;
use formaops_domain::{Body, Content, JsonObject, ModelRef, Settings, TemplateEngine};
use serde_json::Value;
use std::collections::BTreeMap;

/// Whether a document is of this format.
pub(super) fn is(value: &Value) -> bool {
    let beside =
        ["providers", "targets", "tests", "defaultTest", "scenarios", "description", "evaluateOptions"];
    value.get("prompts").is_some_and(|prompts| !prompts.is_null())
        && beside.iter().any(|field| value.get(field).is_some())
        && value.get("formaops").is_none()
}

/// Reads a configuration, with what is to be said of it as a whole.
pub(super) fn read(
    file: &str,
    value: Value,
    folder: &mut Folder<'_>,
) -> Result<(Vec<FoundPrompt>, Vec<Note>), FormatError> {
    let Value::Object(mut fields) = value else { return Ok((Vec::new(), Vec::new())) };
    let mut notes = Notes::new(file);
    let description = match fields.shift_remove("description") {
        Some(Value::String(text)) => text,
        _ => String::new(),
    };
    let tags = match fields.shift_remove("tags") {
        Some(Value::Object(tags)) => tags
            .into_iter()
            .map(|(name, value)| format!("{name}:{}", value.as_str().unwrap_or_default()))
            .collect(),
        _ => Vec::new(),
    };
    let settings = settings(&mut fields, &mut notes);
    let sets = tests(&mut fields, file, folder, &mut notes)?;
    let prompts = fields.shift_remove("prompts").unwrap_or_default();
    fields.retain(|name, _| !name.starts_with('$'));
    notes.left("", &fields);

    let mut reader = Reader { file, folder, sources: Vec::new() };
    reader.prompts(prompts, "prompts", &mut notes)?;
    let sources = reader.sources;
    let mut found = Vec::new();
    for source in sources {
        found.push(prompt(file, source, &settings, &sets, &description, &tags)?);
    }
    Ok((found, notes.found))
}

/// A prompt as the configuration gives it.
struct Source {
    /// What it is called; empty where nothing calls it.
    name: String,
    /// The file that its text stands in, and the field or line.
    file: String,
    path: String,
    line: u32,
    text: String,
}

struct Reader<'r, 'f> {
    file: &'r str,
    folder: &'r mut Folder<'f>,
    sources: Vec<Source>,
}

impl Reader<'_, '_> {
    fn prompts(&mut self, value: Value, path: &str, notes: &mut Notes<'_>) -> Result<(), FormatError> {
        match value {
            Value::String(text) => self.one(&text, String::new(), path, notes),
            Value::Array(items) => {
                for (index, item) in items.into_iter().enumerate() {
                    let path = format!("{path}[{index}]");
                    match item {
                        Value::String(text) => self.one(&text, String::new(), &path, notes)?,
                        Value::Object(fields) => self.object(fields, &path, notes)?,
                        other => notes.lost(&path, format!("`{other}` is no prompt")),
                    }
                }
                Ok(())
            }
            // Files with their labels.
            Value::Object(files) => {
                for (file, label) in files {
                    let label = label.as_str().unwrap_or_default().to_owned();
                    self.one(&file, label, &format!("{path}.{file}"), notes)?;
                }
                Ok(())
            }
            other => {
                notes.lost(path, format!("`{other}` is no prompt"));
                Ok(())
            }
        }
    }

    fn object(
        &mut self,
        mut fields: JsonObject,
        path: &str,
        notes: &mut Notes<'_>,
    ) -> Result<(), FormatError> {
        let mut take = |name: &str| match fields.shift_remove(name) {
            Some(Value::String(text)) => text,
            _ => String::new(),
        };
        let (label, id, display) = (take("label"), take("id"), take("display"));
        let raw = ["raw", "prompt", "content"].into_iter().map(&mut take).find(|text| !text.is_empty());
        let label = [label, display].into_iter().find(|text| !text.is_empty()).unwrap_or_default();
        notes.left(path, &fields);
        match raw {
            Some(text) => {
                let label = if label.is_empty() { id } else { label };
                self.one(&text, label, path, notes)
            }
            None if !id.is_empty() => self.one(&id, label, path, notes),
            None => {
                notes.lost(path, "the prompt has no text");
                Ok(())
            }
        }
    }

    fn one(
        &mut self,
        text: &str,
        label: String,
        path: &str,
        notes: &mut Notes<'_>,
    ) -> Result<(), FormatError> {
        let Some(wanted) = file_of(text) else {
            let source = Source {
                name: label,
                file: self.file.to_owned(),
                path: path.to_owned(),
                line: 1,
                text: text.to_owned(),
            };
            self.sources.push(source);
            return Ok(());
        };
        if is_code(wanted) {
            notes.lost(path, format!("`{text}` is a program, which is never run: write its prompt out"));
            return Ok(());
        }
        let found = self.folder.find(self.file, wanted);
        if found.is_empty() {
            let message = format!(
                "`{wanted}` is not among the files: import the folder as a zip, or choose the file too"
            );
            notes.lost(path, message);
        }
        for file in found {
            let text = plain::text(file)?;
            let ends_with = |end: &str| file.name.to_lowercase().ends_with(end);
            let stem = name::stem(&file.name).to_owned();
            let label = if label.is_empty() { stem } else { label.clone() };
            if ends_with(".yaml") || ends_with(".yml") || ends_with(".json") {
                let value = plain::document(&file.name, text)?;
                // A file of a whole list of prompts, or of one chat.
                if !chat::is_chat(&value) && value.is_array() {
                    self.prompts(value, path, notes)?;
                    continue;
                }
            }
            let mut line = 1;
            let parts: Vec<&str> = text.split("\n---\n").collect();
            let several = parts.len() > 1;
            for (index, part) in parts.into_iter().enumerate() {
                let name = if several { format!("{label}-{}", index + 1) } else { label.clone() };
                let (file, path, text) = (file.name.clone(), String::new(), part.to_owned());
                self.sources.push(Source { name, file, path, line, text });
                let lines = part.matches('\n').count() + 2;
                line += u32::try_from(lines).unwrap_or(u32::MAX);
            }
        }
        Ok(())
    }
}

/// The file that a text names, where it is no prompt itself.
fn file_of(text: &str) -> Option<&str> {
    if let Some(file) = text.strip_prefix("file://") {
        return Some(file);
    }
    let ends = [
        ".txt", ".md", ".j2", ".json", ".jsonl", ".yaml", ".yml", ".csv", ".js", ".cjs", ".mjs", ".ts",
        ".py", ".rb",
    ];
    let is_path = !text.contains(['\n', '{', '}']) && !text.contains(' ');
    let without_function = text.rsplit_once(':').map_or(text, |(file, _)| file);
    (text.starts_with("exec:") || is_path && ends.iter().any(|end| without_function.ends_with(end)))
        .then_some(text)
}

fn is_code(file: &str) -> bool {
    // A function in the file may be named behind a colon.
    let file = file.rsplit_once(':').map_or(file, |(before, function)| {
        if before == "exec" || function.contains('/') { file } else { before }
    });
    file.starts_with("exec:")
        || [".js", ".cjs", ".mjs", ".ts", ".py", ".rb", ".sh"].iter().any(|end| file.ends_with(end))
}

fn prompt(
    config: &str,
    source: Source,
    settings: &Settings,
    sets: &[FoundInputs],
    description: &str,
    tags: &[String],
) -> Result<FoundPrompt, FormatError> {
    let Source { name, file, path, line, text } = source;
    let mut notes = Notes::new(&file);
    let (body, engine) = translated(&file, &path, line, &text, &mut notes)?;
    let examples: Vec<_> = sets.iter().map(|set| &set.inputs).collect();
    let variables = variables::infer_in(engine, &body, &examples, false);
    let content = Content { body, engine, variables, settings: settings.clone(), ..Content::default() };
    let called = if name.is_empty() { name::path_stem(config) } else { &name };
    let mut prompt = FoundPrompt::new(config, called, content);
    if prompt.name.as_str() != name {
        prompt.title = name;
    }
    description.clone_into(&mut prompt.description);
    prompt.tags = tags.to_vec();
    prompt.input_sets = sets.to_vec();
    prompt.notes = notes.found;
    Ok(prompt)
}

/// The prompt in Handlebars; as it stands, in Nunjucks, where Handlebars has no words for some of it.
fn translated(
    file: &str,
    path: &str,
    line: u32,
    text: &str,
    notes: &mut Notes<'_>,
) -> Result<(Body, TemplateEngine), FormatError> {
    let mut own = Notes::new(file);
    let body = body(file, path, line, text, &mut own);
    let is_whole = body.is_ok() && own.found.iter().all(|note| note.kind != NoteKind::NotUnderstood);
    if !is_whole && let Some(kept) = as_it_stands(text) {
        notes.changed(path, "its template stays in Nunjucks: Handlebars has no words for some of it");
        return Ok((kept, TemplateEngine::Nunjucks));
    }
    notes.found.extend(own.found);
    body.map(|body| (body, TemplateEngine::default()))
}

/// The text as a template in Nunjucks, where it is one. A chat in YAML would have to be JSON for that.
fn as_it_stands(text: &str) -> Option<Body> {
    let body = Body::text(text);
    let content = Content { body: body.clone(), engine: TemplateEngine::Nunjucks, ..Content::default() };
    let is_sound = crate::check(&content).iter().all(|found| found.severity != Severity::Error);
    (is_sound && !text.trim_start().starts_with("- role:")).then_some(body)
}

/// A text, or a chat in JSON or YAML whose texts are templates.
fn body(file: &str, path: &str, line: u32, text: &str, notes: &mut Notes<'_>) -> Result<Body, FormatError> {
    let translate = |text: &str, path: &str, line: u32| {
        let place = super::place(file, path).path;
        jinja::translate(text, &place, line).map_err(|error| {
            let message = format!("`{place}`: {}", error.message);
            FormatError::new(file, path, message).at_line(Some(error.line), Some(error.column))
        })
    };
    let trimmed = text.trim_start();
    if trimmed.starts_with("[") || trimmed.starts_with("- role:") {
        match plain::document(file, text) {
            Ok(value) if chat::is_chat(&value) => {
                let Value::Array(items) = value else { return Ok(Body::default()) };
                let mut failed = None;
                let body =
                    chat::read(items, path, notes, &mut |text, path, notes| match translate(text, path, 1) {
                        Ok(translated) => {
                            notes.found.extend(translated.notes);
                            translated.text
                        }
                        Err(error) => {
                            failed = failed.take().or(Some(error));
                            String::new()
                        }
                    });
                return failed.map_or(Ok(body), Err);
            }
            Ok(_) => {}
            Err(_) => {
                let message = "this looks like a list of messages and is none before its tags are filled in: \
                    it is taken over as one text";
                notes.changed(path, message);
            }
        }
    }
    let translated = translate(text, path, line)?;
    notes.found.extend(translated.notes);
    Ok(Body::text(translated.text))
}

/// The one model of the configuration; several are listed.
fn settings(fields: &mut JsonObject, notes: &mut Notes<'_>) -> Settings {
    let (field, value) = match (fields.shift_remove("providers"), fields.shift_remove("targets")) {
        (Some(providers), _) => ("providers", providers),
        (None, Some(targets)) => ("targets", targets),
        (None, None) => return Settings::default(),
    };
    let items = match value {
        Value::Array(items) => items,
        other => vec![other],
    };
    let mut known = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        let path = format!("{field}[{index}]");
        let (id, config) = match item {
            Value::String(id) => (id, JsonObject::new()),
            Value::Object(mut fields) => {
                let id = fields.shift_remove("id");
                let config = fields.shift_remove("config");
                match (id, config, fields.iter().next()) {
                    (Some(Value::String(id)), Some(Value::Object(config)), _) => (id, config),
                    (Some(Value::String(id)), _, _) => (id, JsonObject::new()),
                    (None, None, Some((id, options))) => {
                        let config = options.get("config").and_then(Value::as_object).cloned();
                        (id.clone(), config.unwrap_or_default())
                    }
                    _ => continue,
                }
            }
            _ => continue,
        };
        match model(&id) {
            Some(model) => known.push((path, model, config)),
            None => notes.lost(&path, format!("`{id}` is no model that can be taken over")),
        }
    }
    match <[_; 1]>::try_from(known) {
        Ok([(path, model, mut config)]) => {
            for name in ["apiKey", "apiKeyEnvar", "apiBaseUrl", "apiHost", "headers", "organization"] {
                if config.shift_remove(name).is_some() {
                    let message =
                        "addresses and keys are never taken over: set up the provider in the settings";
                    notes.lost(&format!("{path}.config.{name}"), message);
                }
            }
            let path = format!("{path}.config");
            let parameters = parameters::take(&mut config, &path, notes);
            notes.left(&path, &config);
            Settings { model: Some(model), parameters }
        }
        Err(several) => {
            if !several.is_empty() {
                let names: Vec<_> = several.iter().map(|(_, model, _)| format!("`{model}`")).collect();
                let message =
                    format!("a prompt suggests one model: choose from {} in the run bar", names.join(", "));
                notes.lost(field, message);
            }
            Settings::default()
        }
    }
}

/// `openai:chat:gpt-4o` is `openai:gpt-4o` here.
fn model(id: &str) -> Option<ModelRef> {
    if id.starts_with("file:") || id.starts_with("exec:") || id.starts_with("http") || is_code(id) {
        return None;
    }
    let (provider, rest) = id.split_once(':')?;
    let model = match rest.split_once(':') {
        Some(("chat" | "messages" | "responses" | "completion" | "completions" | "text", model)) => model,
        _ => rest,
    };
    if model.is_empty() || matches!(provider, "python" | "ruby" | "webhook" | "websocket" | "package") {
        return None;
    }
    Some(ModelRef { provider: provider.to_owned(), model: model.to_owned() })
}

/// The variables of the tests, over those of `defaultTest`.
fn tests(
    fields: &mut JsonObject,
    config: &str,
    folder: &mut Folder<'_>,
    notes: &mut Notes<'_>,
) -> Result<Vec<FoundInputs>, FormatError> {
    let mut asserts: BTreeMap<String, usize> = BTreeMap::new();
    let mut below = JsonObject::new();
    if let Some(Value::Object(mut default)) = fields.shift_remove("defaultTest") {
        count_asserts(&mut default, &mut asserts);
        below = vars(default.shift_remove("vars"), "defaultTest.vars", config, folder, notes)?;
        notes.left("defaultTest", &default);
    }
    let items = match fields.shift_remove("tests") {
        Some(Value::Array(items)) => items,
        Some(Value::String(file)) => test_file(&file, config, folder, notes)?,
        Some(other) if !other.is_null() => {
            notes.lost("tests", "this form of tests is not understood");
            Vec::new()
        }
        _ => Vec::new(),
    };
    let mut sets: Vec<FoundInputs> = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        let path = format!("tests[{index}]");
        let mut test = match item {
            Value::Object(test) => test,
            Value::String(file) => {
                notes.lost(&path, format!("`{file}` is another file of tests, which is not read"));
                continue;
            }
            _ => continue,
        };
        let name = match test.shift_remove("description") {
            Some(Value::String(name)) if !name.trim().is_empty() => name,
            _ => format!("test {}", index + 1),
        };
        count_asserts(&mut test, &mut asserts);
        let mut inputs = below.clone();
        inputs.extend(vars(test.shift_remove("vars"), &format!("{path}.vars"), config, folder, notes)?);
        notes.left(&path, &test);
        if !inputs.is_empty() {
            sets.push(FoundInputs { name: free_name(&name, &sets), inputs });
        }
    }
    if sets.is_empty() && !below.is_empty() {
        sets.push(FoundInputs { name: "default".to_owned(), inputs: below });
    }
    if !asserts.is_empty() {
        let kinds: Vec<_> = asserts.iter().map(|(kind, count)| format!("`{kind}` ({count})")).collect();
        notes.lost(
            "tests",
            format!("assertions are not taken over: {}; `formaops eval -c` runs them", kinds.join(", ")),
        );
    }
    Ok(sets)
}

fn count_asserts(test: &mut JsonObject, counts: &mut BTreeMap<String, usize>) {
    let Some(Value::Array(asserts)) = test.shift_remove("assert") else { return };
    for assert in asserts {
        let kind = assert.get("type").and_then(Value::as_str).unwrap_or("?").to_owned();
        *counts.entry(kind).or_default() += 1;
    }
}

/// The most characters of the name of inputs.
const MOST_NAME: usize = 100;

fn free_name(name: &str, sets: &[FoundInputs]) -> String {
    let is_free = |name: &str| sets.iter().all(|set| set.name.to_lowercase() != name.to_lowercase());
    let name: String = name.trim().chars().take(MOST_NAME - 6).collect();
    if is_free(&name) {
        return name;
    }
    let numbered = (2..).map(|number| format!("{name} {number}"));
    numbered.into_iter().find(|name| is_free(name)).unwrap_or(name)
}

fn vars(
    value: Option<Value>,
    path: &str,
    config: &str,
    folder: &mut Folder<'_>,
    notes: &mut Notes<'_>,
) -> Result<JsonObject, FormatError> {
    let fields = match value {
        Some(Value::Object(fields)) => fields,
        Some(Value::String(_) | Value::Array(_)) => {
            notes.lost(path, "variables in other files are not read");
            return Ok(JsonObject::new());
        }
        _ => return Ok(JsonObject::new()),
    };
    let mut inputs = JsonObject::new();
    for (name, value) in fields {
        let path = format!("{path}.{name}");
        match &value {
            Value::String(text) if text.starts_with("file://") => {
                let wanted = text.trim_start_matches("file://");
                match folder.find(config, wanted).first() {
                    Some(file) if !is_code(wanted) => {
                        inputs.insert(name, Value::String(plain::text(file)?.to_owned()));
                    }
                    _ => notes.lost(&path, format!("`{wanted}` is not among the files, or is a program")),
                }
                continue;
            }
            Value::Array(_) => {
                let message = "a list makes several tests there; here it is one value, a list";
                notes.changed(&path, message);
            }
            _ => {}
        }
        inputs.insert(name, value);
    }
    Ok(inputs)
}

fn test_file(
    wanted: &str,
    config: &str,
    folder: &mut Folder<'_>,
    notes: &mut Notes<'_>,
) -> Result<Vec<Value>, FormatError> {
    let wanted = wanted.trim_start_matches("file://");
    let is_document = [".yaml", ".yml", ".json"].iter().any(|end| wanted.ends_with(end));
    let found = folder.find(config, wanted);
    match found.first() {
        Some(file) if is_document => {
            if let Value::Array(items) = plain::document(&file.name, plain::text(file)?)? {
                return Ok(items);
            }
            notes.lost("tests", format!("`{wanted}` is no list of tests"));
            Ok(Vec::new())
        }
        Some(_) => {
            notes.lost("tests", format!("`{wanted}` is of a kind that is not understood yet"));
            Ok(Vec::new())
        }
        None => {
            notes.lost("tests", format!("`{wanted}` is not among the files: import the folder as a zip"));
            Ok(Vec::new())
        }
    }
}

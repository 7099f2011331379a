//! A `.prompt` file with other content, written so that only what changed is written anew.

use super::{
    PromptFile, PromptFileError, PromptMeta, body, from_prompt_file,
    front_matter::{self, Parts, is_crlf},
    patch, settings, to_front_matter, variables,
};
use formaops_domain::{Content, JsonObject, Validation};
use serde_json::{Value, json};

/// A `.prompt` file that holds other content: comments, the order of keys, fields that mean nothing here, line ends,
/// a byte order mark and whatever stays equal are as they were. What comes out reads as exactly this content; of
/// equal content it is the text itself, byte for byte.
///
/// # Errors
/// [`PromptFileError`] where the text cannot be read: what is broken is for its author to mend, and is never
/// written over.
pub fn edit_prompt_file(text: &str, content: &Content, meta: &PromptMeta) -> Result<String, PromptFileError> {
    let old = from_prompt_file(text)?;
    let holds = |file: &PromptFile| file.content == *content && file.meta == *meta;
    if holds(&old) {
        return Ok(text.to_owned());
    }
    if is_crlf(text) {
        let edited = edit(&text.replace("\r\n", "\n"), &old, content, meta)?;
        let windows = edited.replace('\n', "\r\n");
        // Content that has line ends of its own keeps those.
        let is_equal = from_prompt_file(&windows).is_ok_and(|file| holds(&file));
        return Ok(if is_equal { windows } else { edited });
    }
    edit(text, &old, content, meta)
}

fn edit(
    text: &str,
    old: &PromptFile,
    content: &Content,
    meta: &PromptMeta,
) -> Result<String, PromptFileError> {
    let (mark, text) = match text.strip_prefix('\u{feff}') {
        Some(text) => ("\u{feff}", text),
        None => ("", text),
    };
    let parts = front_matter::parts(text);
    let (now, old_body) = front_matter::split(text)?;
    let (wanted, new_body) = wanted(&now, old, content, meta);
    let yaml = parts.as_ref().map_or("", |parts| parts.yaml);
    let fronts = if wanted == now {
        vec![Some(yaml.to_owned())]
    } else {
        vec![patch::patch(yaml, &now, &wanted), Some(patch::rewrite(yaml, &wanted))]
    };
    let kept_body = if old.content.body == content.body { Some(old_body.to_owned()) } else { None };
    let bodies = [kept_body, body::edit(old_body, &content.body), Some(new_body)];
    for front in fronts.into_iter().flatten() {
        for body in bodies.iter().flatten() {
            let file = format!("{mark}{}", with(text, parts.as_ref(), &front, body));
            let read = from_prompt_file(&file);
            let says_all = front_matter::split(&file).is_ok_and(|(front, _)| front == wanted);
            if says_all && read.is_ok_and(|file| file.content == *content && file.meta == *meta) {
                return Ok(file);
            }
        }
    }
    // What the file says of the prompt does not go with the new content in any way: it is said anew, and the rest stays.
    let (mut front, body) = to_front_matter(content, meta);
    for (name, value) in now {
        if let ("ext", Value::Object(spaces)) = (name.as_str(), &value) {
            let mut ext = object(&front, "ext").cloned().unwrap_or_default();
            let others = spaces.iter().filter(|(space, _)| *space != "formaops");
            ext.extend(others.map(|(space, value)| (space.clone(), value.clone())));
            put(&mut front, "ext", (!ext.is_empty()).then_some(Value::Object(ext)));
        } else if !OURS.contains(&name.as_str()) {
            front.insert(name, value);
        }
    }
    Ok(format!("{mark}---\n{}---\n{body}", patch::rewrite(yaml, &front)))
}

/// The fields of a front matter that say something of a prompt.
const OURS: [&str; 6] = ["description", "model", "config", "input", "output", "ext"];

/// The file with another front matter and body.
fn with(text: &str, parts: Option<&Parts<'_>>, front: &str, body: &str) -> String {
    match parts {
        Some(parts) => {
            let start = text.len() - parts.body.len() - parts.closing.len() - parts.yaml.len();
            format!("{}{front}{}{body}", &text[..start], parts.closing)
        }
        None if front.is_empty() => body.to_owned(),
        None => format!("---\n{front}---\n{body}"),
    }
}

/// What the front matter has to say for content, made of what it says now, and the body in our own words.
fn wanted(now: &JsonObject, old: &PromptFile, content: &Content, meta: &PromptMeta) -> (JsonObject, String) {
    let mut front = now.clone();
    let mut ext = object(&front, "ext")
        .map_or_else(JsonObject::new, |ext| object(ext, "formaops").cloned().unwrap_or_default());
    if meta.description != old.meta.description {
        put(&mut front, "description", text(&meta.description));
    }
    if meta.title != old.meta.title {
        put(&mut ext, "title", text(&meta.title));
    }
    if meta.tags != old.meta.tags {
        put(&mut ext, "tags", (!meta.tags.is_empty()).then(|| json!(meta.tags)));
    }
    if content.settings != old.content.settings {
        settings::change(&old.content.settings, &content.settings, &mut front, &mut ext);
    }
    if content.variables != old.content.variables {
        variables::change(&old.content.variables, &content.variables, &mut front, &mut ext);
    }
    if content.engine != old.content.engine {
        put(&mut ext, "engine", (!content.engine.is_handlebars()).then(|| json!(content.engine)));
    }
    if content.validations != old.content.validations {
        change_validations(&old.content.validations, &content.validations, &mut front, &mut ext);
    }
    let mut marks = JsonObject::new();
    let body = body::write(&content.body, &mut marks);
    if content.body != old.content.body {
        for name in body::MARKS {
            put(&mut ext, name, marks.shift_remove(name));
        }
    }
    put_ext(&mut front, ext);
    (front, body)
}

/// Says the rules under `ext.formaops`. A schema of other tools stays while it is one of them.
fn change_validations(old: &[Validation], new: &[Validation], front: &mut JsonObject, ext: &mut JsonObject) {
    let is_native = !ext.contains_key("validations");
    let stays = is_native && old.iter().all(|rule| new.contains(rule));
    if is_native
        && !stays
        && let Some(Value::Object(output)) = front.get_mut("output")
    {
        output.shift_remove("schema");
        if output.is_empty() {
            front.shift_remove("output");
        }
    }
    put(ext, "validations", (!new.is_empty()).then(|| json!(new)));
}

/// Sets a field in its place, or takes it away. One that says the same stays as it is.
pub(super) fn put(fields: &mut JsonObject, name: &str, value: Option<Value>) {
    match value {
        Some(value) => drop(fields.insert(name.to_owned(), value)),
        None => drop(fields.shift_remove(name)),
    }
}

fn put_ext(front: &mut JsonObject, ours: JsonObject) {
    let mut ext = object(front, "ext").cloned().unwrap_or_default();
    let had_some = object(&ext, "formaops").is_some_and(|ours| !ours.is_empty());
    if !ours.is_empty() {
        put(&mut ext, "formaops", Some(Value::Object(ours)));
    } else if had_some {
        ext.shift_remove("formaops");
        if ext.is_empty() {
            front.shift_remove("ext");
            return;
        }
    }
    if !ext.is_empty() {
        put(front, "ext", Some(Value::Object(ext)));
    }
}

fn object<'v>(fields: &'v JsonObject, name: &str) -> Option<&'v JsonObject> {
    fields.get(name)?.as_object()
}

fn text(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| json!(text))
}

//! The `.prompt` file of dotprompt: YAML front matter and a Handlebars body.
//!
//! What dotprompt has a word for is said in its words: `description`, `model` as `provider/model`,
//! `config`, `input.schema` (Picoschema where that can say it, else JSON Schema) and `input.default`,
//! and each message as `{{role "…"}}` and its text. The rest is under `ext.formaops`, and so is whatever
//! the common words would not bring back unchanged; reading what was written gives equal content.
//! See <https://google.github.io/dotprompt/reference/frontmatter/>.

mod body;
mod edit;
mod front_matter;
pub(crate) mod patch;
mod picoschema;
mod settings;
pub(crate) mod tree;
mod variables;

pub use edit::edit_prompt_file;
pub use picoschema::Schemas;

pub(crate) use body::text as body_text;

use formaops_domain::{Body, Content, JsonObject, Message, Settings, Validation, ValidationRule, Variable};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::borrow::Cow;

/// What a `.prompt` file says of a prompt besides its content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PromptMeta {
    /// A title for people; may be empty.
    pub title: String,
    /// What the prompt is for; may be empty.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
}

/// What was read from a `.prompt` file.
#[derive(Debug, Clone, PartialEq)]
pub struct PromptFile {
    /// Title, description and tags.
    pub meta: PromptMeta,
    /// What a version would hold.
    pub content: Content,
    /// Fields of the front matter that mean nothing here, such as `tools`, to be told to the user.
    pub ignored: Vec<String>,
}

/// Why a `.prompt` file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PromptFileError {
    /// The front matter is not YAML, or goes beyond the limits of depth, size and aliases.
    #[error("the front matter cannot be read: {message}")]
    Yaml {
        /// What is wrong.
        message: String,
        /// The line in the file, from 1.
        line: Option<u32>,
        /// The column, from 1, in characters.
        column: Option<u32>,
    },
    /// A field that does not hold what it must.
    #[error("`{field}` in the front matter {message}")]
    Field {
        /// The field, such as `config.temperature`.
        field: String,
        /// What it must hold.
        message: String,
    },
    /// The messages stand under `ext.formaops.messages`, and there is a body as well.
    #[error("the file has both `ext.formaops.messages` and a body; remove one of them")]
    TwoBodies,
}

impl PromptFileError {
    /// Where in the text it is, line and column from 1, as far as that can be said.
    #[must_use]
    pub fn place(&self, text: &str) -> Option<(u32, u32)> {
        let field = match self {
            Self::Yaml { line, column, .. } => return line.map(|line| (line, column.unwrap_or(1))),
            Self::Field { field, .. } => field.as_str(),
            Self::TwoBodies => "ext.formaops.messages",
        };
        front_matter::place(text, field)
    }

    fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Field { field: field.into(), message: message.into() }
    }
}

/// Writes a prompt as a `.prompt` file.
#[must_use]
pub fn to_prompt_file(content: &Content, meta: &PromptMeta) -> String {
    let (front, body) = to_front_matter(content, meta);
    front_matter::join(front, &body)
}

/// The front matter and the body in our own words.
fn to_front_matter(content: &Content, meta: &PromptMeta) -> (JsonObject, String) {
    let mut front = JsonObject::new();
    let mut ext = JsonObject::new();
    if !meta.description.is_empty() {
        front.insert("description".into(), json!(meta.description));
    }
    if !meta.title.is_empty() {
        ext.insert("title".into(), json!(meta.title));
    }
    if !meta.tags.is_empty() {
        ext.insert("tags".into(), json!(meta.tags));
    }
    settings::write(&content.settings, &mut front, &mut ext);
    variables::write(&content.variables, &mut front, &mut ext);
    if !content.engine.is_handlebars() {
        ext.insert("engine".into(), json!(content.engine));
    }
    if !content.validations.is_empty() {
        ext.insert("validations".into(), json!(content.validations));
    }
    let body = body::write(&content.body, &mut ext);
    if !ext.is_empty() {
        front.insert("ext".into(), json!({ "formaops": ext }));
    }
    (front, body)
}

/// Reads a `.prompt` file, of FormaOps or of any other tool. One whose lines all end as on Windows is read as if
/// they ended in `\n` alone; [`edit_prompt_file`] writes them as they were.
///
/// # Errors
/// [`PromptFileError`] where the front matter cannot be read or contradicts itself. A body is read as it
/// is: [`crate::check`] tells what is wrong with it.
pub fn from_prompt_file(text: &str) -> Result<PromptFile, PromptFileError> {
    let plain = if front_matter::is_crlf(text) {
        Cow::Owned(text.replace("\r\n", "\n"))
    } else {
        Cow::Borrowed(text)
    };
    let (mut front, body) = front_matter::split(&plain)?;
    let mut ext = take_ext(&mut front)?;
    let mut ignored = Vec::new();

    let description = take(&mut front, "", "description")?.unwrap_or_default();
    let title = take(&mut ext, EXT, "title")?.unwrap_or_default();
    let tags = take(&mut ext, EXT, "tags")?.unwrap_or_default();

    let settings = match take::<Settings>(&mut ext, EXT, "settings")? {
        Some(settings) => settings,
        None => settings::read(&mut front)?,
    };
    let variables = match take::<Vec<Variable>>(&mut ext, EXT, "variables")? {
        Some(variables) => variables,
        None => variables::read(&mut front, &mut ext, &mut ignored)?,
    };
    let engine = take(&mut ext, EXT, "engine")?.unwrap_or_default();
    let validations = match take::<Vec<Validation>>(&mut ext, EXT, "validations")? {
        Some(validations) => validations,
        None => output_schema(&mut front)?.into_iter().collect(),
    };
    let mut body = match take::<Vec<Message>>(&mut ext, EXT, "messages")? {
        Some(_) if !body.trim().is_empty() => return Err(PromptFileError::TwoBodies),
        Some(messages) => Body::Messages { messages },
        None => match take::<BodyKind>(&mut ext, EXT, "body")? {
            Some(BodyKind::Text) => Body::text(body),
            None => body::read(body),
        },
    };
    body::attach(&mut body, &mut ext)?;
    ignored.extend(front.keys().cloned());
    ignored.extend(ext.keys().map(|key| format!("{EXT}.{key}")));
    let meta = PromptMeta { title, description, tags };
    Ok(PromptFile { meta, content: Content { body, engine, variables, settings, validations }, ignored })
}

/// The front matter, where there is one, and the body.
pub(crate) fn split_front_matter(text: &str) -> Result<(Option<JsonObject>, &str), PromptFileError> {
    let (front, body) = front_matter::split(text)?;
    Ok(((body.len() < text.len()).then_some(front), body))
}

/// The messages that a text with role tags is in all but its form; else the text.
pub(crate) fn body_of(template: &str) -> Body {
    body::read(template)
}

/// A schema in either form as JSON Schema; one that is only a name is that of `schemas`.
pub(crate) fn resolve_schema(
    schema: Value,
    path: &str,
    schemas: &Schemas,
) -> Result<Option<JsonObject>, PromptFileError> {
    let name = schema.as_str().map(str::to_owned);
    let resolved = picoschema::to_json_schema(schema, path, schemas)?;
    match (name, &resolved) {
        (Some(name), None) => {
            Err(PromptFileError::field(path, format!("names the schema `{name}`, which is not known")))
        }
        _ => Ok(resolved),
    }
}

const EXT: &str = "ext.formaops";

/// That a body with role tags is one text all the same.
#[derive(serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum BodyKind {
    Text,
}

/// Takes `ext.formaops`; what other tools keep under `ext` stays.
fn take_ext(front: &mut JsonObject) -> Result<JsonObject, PromptFileError> {
    let Some(Value::Object(ext)) = front.get_mut("ext") else { return Ok(JsonObject::new()) };
    let ours = take(ext, "ext", "formaops")?.unwrap_or_default();
    if ext.is_empty() {
        front.shift_remove("ext");
    }
    Ok(ours)
}

/// Takes a field out of an object of the front matter. Null is the same as absent.
fn take<T: DeserializeOwned>(
    fields: &mut JsonObject,
    path: &str,
    name: &str,
) -> Result<Option<T>, PromptFileError> {
    match fields.shift_remove(name).filter(|value| !value.is_null()) {
        Some(value) => serde_json::from_value(value).map(Some).map_err(|error| {
            let field = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            PromptFileError::field(field, format!("does not hold what it must: {error}"))
        }),
        None => Ok(None),
    }
}

/// The `output.schema` that other tools write is a rule for answers.
fn output_schema(front: &mut JsonObject) -> Result<Option<Validation>, PromptFileError> {
    let Some(mut output) = take::<JsonObject>(front, "", "output")? else { return Ok(None) };
    output.shift_remove("format");
    let schema = match output.shift_remove("schema") {
        Some(schema) => picoschema::to_json_schema(schema, "output.schema", &Schemas::new())?,
        None => None,
    };
    if !output.is_empty() {
        front.insert("output".into(), Value::Object(output));
    }
    Ok(schema.map(|schema| {
        Validation::new("output schema", ValidationRule::Schema { schema: Value::Object(schema) })
    }))
}

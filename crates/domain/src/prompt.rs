//! Prompts, what a version of them holds, and unsaved work on them.

use crate::{
    ActorId, Attachment, ContentHash, JsonObject, ModelRef, Parameters, PromptId, PromptName, RefName,
    Timestamp, Validation, VersionId, canonical_hash,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A named template with variables and a history of versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Prompt {
    /// Its identity, which renaming does not change.
    pub id: PromptId,
    /// Its name: unique in the workspace without regard to case.
    pub name: PromptName,
    /// A title for people; may be empty.
    pub title: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Where it stands in its life.
    pub status: PromptStatus,
    /// Words to find it by, sorted.
    pub tags: Vec<String>,
    /// The newest version of `main`; a prompt that was never saved has none.
    pub head: Option<VersionId>,
    /// The local ordinal of the head.
    pub head_number: Option<u32>,
    /// Whether unsaved work differs from the head.
    pub has_draft: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it or its versions last changed.
    pub updated_at: Timestamp,
    /// When it was last published.
    pub published_at: Option<Timestamp>,
    /// When it was put in the bin; deleting can be undone.
    pub deleted_at: Option<Timestamp>,
}

/// Where a prompt stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PromptStatus {
    /// Being worked on.
    Draft,
    /// In use.
    Published,
    /// Kept, but out of the way.
    Archived,
}

/// What a version holds: all that decides what is sent and how the answer is checked.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Content {
    /// The template or templates.
    pub body: Body,
    /// The language of the templates. Handlebars is not written out, so that the hash of content from before there
    /// were others is what it was.
    #[serde(default, skip_serializing_if = "TemplateEngine::is_handlebars")]
    pub engine: TemplateEngine,
    /// The typed inputs, in the order they were declared.
    #[serde(default)]
    pub variables: Vec<Variable>,
    /// The model and its parameters, where the prompt suggests them.
    #[serde(default)]
    pub settings: Settings,
    /// The rules an answer is checked against.
    #[serde(default)]
    pub validations: Vec<Validation>,
}

impl Content {
    /// The number of this shape; it takes part in the hash, so a later shape never collides with it.
    pub const SCHEMA: u32 = 1;

    /// The name of this content: BLAKE3 over canonical JSON of the schema number and all fields.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        #[derive(Serialize)]
        struct Hashed<'a> {
            schema: u32,
            content: &'a Content,
        }
        ContentHash::from_array(canonical_hash(&Hashed { schema: Self::SCHEMA, content: self }))
    }
}

/// The language that templates are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TemplateEngine {
    /// Handlebars, with the helpers of FormaOps.
    #[default]
    Handlebars,
    /// Nunjucks, as prompts of promptfoo are written.
    Nunjucks,
    /// None: the text is sent as it is.
    None,
}

impl TemplateEngine {
    /// The word on the wire and in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Handlebars => "handlebars",
            Self::Nunjucks => "nunjucks",
            Self::None => "none",
        }
    }

    /// Whether it is the one that is meant where none is named.
    #[must_use]
    pub const fn is_handlebars(&self) -> bool {
        matches!(self, Self::Handlebars)
    }
}

/// The text of a prompt, before values are put in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Body {
    /// One template. It is sent as one user message, unless its helpers start messages of their own.
    Text {
        /// The template.
        template: String,
    },
    /// A list of messages, each a template with a fixed role.
    Messages {
        /// The messages in order.
        messages: Vec<Message>,
    },
}

impl Default for Body {
    fn default() -> Self {
        Self::text("")
    }
}

impl Body {
    /// A single text.
    pub fn text(template: impl Into<String>) -> Self {
        Self::Text { template: template.into() }
    }

    /// A list of messages.
    pub fn messages<T: Into<String>>(messages: impl IntoIterator<Item = (Role, T)>) -> Self {
        let messages = messages
            .into_iter()
            .map(|(role, template)| Message { role, template: template.into(), attachments: Vec::new() })
            .collect();
        Self::Messages { messages }
    }

    /// The templates in order: one of a text, or one of each message.
    pub fn templates(&self) -> impl Iterator<Item = &str> {
        let (text, messages) = match self {
            Self::Text { template } => (Some(template.as_str()), [].as_slice()),
            Self::Messages { messages } => (None, messages.as_slice()),
        };
        text.into_iter().chain(messages.iter().map(|message| message.template.as_str()))
    }
}

/// One message of a body.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// The template of what is said.
    pub template: String,
    /// The images and files that are sent before the text, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

/// Who speaks in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The instructions above the conversation.
    System,
    /// The person who asks.
    User,
    /// The model that answers.
    Assistant,
    /// The result of a tool.
    Tool,
}

impl Role {
    /// The word in files, templates and requests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
        }
    }
}

/// A typed input of a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Variable {
    /// Its name in templates and inputs: `[A-Za-z_][A-Za-z0-9_]*`.
    pub name: String,
    /// What kind of value it takes.
    #[serde(rename = "type")]
    pub kind: VariableType,
    /// Whether a run needs a value; one with a default is never missing.
    #[serde(default)]
    pub required: bool,
    /// The value where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// The values an `enum` allows, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// The least number, or the fewest characters of a string, or the fewest items of an array.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The greatest number, or the most characters of a string, or the most items of an array.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// A regular expression that a string must contain a match of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// What it is for; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether its value is masked in what is stored and shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
    /// The JSON Schema of an `object`, or of the items of an `array`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<JsonObject>,
}

impl Variable {
    /// An optional variable without limits.
    pub fn new(name: impl Into<String>, kind: VariableType) -> Self {
        Self {
            name: name.into(),
            kind,
            required: false,
            default: None,
            options: Vec::new(),
            min: None,
            max: None,
            pattern: None,
            description: String::new(),
            sensitive: false,
            schema: None,
        }
    }

    /// The same variable, required.
    #[must_use]
    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

/// What kind of value a variable takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VariableType {
    /// Text.
    String,
    /// A number, whole or not.
    Number,
    /// True or false.
    Boolean,
    /// One of the options.
    Enum,
    /// A list.
    Array,
    /// Named fields.
    Object,
}

impl VariableType {
    /// The word on the wire and on screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Enum => "enum",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// The model and parameters that a version suggests.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// The model, where one is suggested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelRef>,
    /// The parameters; what is not set is left to the catalogue or the provider.
    #[serde(default)]
    pub parameters: Parameters,
}

/// An immutable, content-addressed snapshot of a prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// Its name, made from all that follows but the prompt and the number.
    pub id: VersionId,
    /// The prompt it belongs to.
    pub prompt_id: PromptId,
    /// The local ordinal for people, from 1; a snapshot of a draft that was run has none.
    pub number: Option<u32>,
    /// The name of its content: equal content has an equal hash.
    pub content_hash: ContentHash,
    /// What it holds.
    pub content: Content,
    /// The versions it was made from.
    pub parents: Vec<VersionId>,
    /// Who saved it.
    pub author: ActorId,
    /// Why; may be empty.
    pub note: String,
    /// When.
    pub created_at: Timestamp,
}

impl Version {
    /// A version with its id worked out from content, parents, author, time and note.
    #[must_use]
    pub fn new(
        prompt_id: PromptId,
        content: Content,
        parents: Vec<VersionId>,
        author: ActorId,
        note: String,
        created_at: Timestamp,
    ) -> Self {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Hashed<'a> {
            content_hash: ContentHash,
            parents: &'a [VersionId],
            author: ActorId,
            created_at: Timestamp,
            note: &'a str,
        }
        let content_hash = content.hash();
        let hashed = Hashed { content_hash, parents: &parents, author, created_at, note: &note };
        let id = VersionId::from_array(canonical_hash(&hashed));
        Self { id, prompt_id, number: None, content_hash, content, parents, author, note, created_at }
    }
}

/// A name that points to a version and can be moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionRef {
    /// How it moves.
    pub kind: RefKind,
    /// Its name; no branch and label of a prompt have the same.
    pub name: RefName,
    /// The version it points to.
    pub version: VersionId,
    /// The local ordinal of that version.
    pub number: Option<u32>,
    /// When it was last moved.
    pub updated_at: Timestamp,
}

/// How a name of a version moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RefKind {
    /// By itself, to each version that is saved on it.
    Branch,
    /// On purpose only.
    Label,
}

impl RefKind {
    /// The word on the wire and on screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Branch => "branch",
            Self::Label => "label",
        }
    }
}

/// A version as it stands in the history of its prompt: all but what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionEntry {
    /// The version.
    pub id: VersionId,
    /// Its local ordinal; a snapshot of a draft that was run has none.
    pub number: Option<u32>,
    /// The name of its content.
    pub content_hash: ContentHash,
    /// The versions it was made from: two where branches were merged, ours first.
    pub parents: Vec<VersionId>,
    /// Who saved it.
    pub author: ActorId,
    /// The name of who saved it.
    pub author_name: String,
    /// Why; may be empty.
    pub note: String,
    /// When.
    pub created_at: Timestamp,
    /// Words to find it by, sorted.
    pub tags: Vec<String>,
    /// The branches and labels that point to it, branches first.
    pub refs: Vec<VersionRef>,
}

/// Inputs of a prompt that are remembered under a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InputSet {
    /// The prompt.
    pub prompt_id: PromptId,
    /// Its name, unique for the prompt without regard to case.
    pub name: String,
    /// The inputs, without the values of sensitive variables.
    pub inputs: JsonObject,
    /// When it was first kept.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Unsaved work on a prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// The prompt.
    pub prompt_id: PromptId,
    /// The work.
    pub content: Content,
    /// The branch that the work is for; `main` where none was chosen.
    pub branch: RefName,
    /// The version that was being edited.
    pub base: Option<VersionId>,
    /// The inputs as they were last entered.
    pub inputs: JsonObject,
    /// When it was last kept.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(text: &str) -> Content {
        Content { body: Body::text(text), ..Content::default() }
    }

    #[test]
    fn equal_content_has_an_equal_hash_and_any_change_another() {
        assert_eq!(content("a").hash(), content("a").hash());
        assert_ne!(content("a").hash(), content("b").hash());
        let declared = Content { variables: vec![Variable::new("x", VariableType::String)], ..content("a") };
        assert_ne!(declared.hash(), content("a").hash());
    }

    #[test]
    fn a_version_is_named_by_content_parents_author_time_and_note_but_not_by_its_prompt() {
        let prompt = |n| PromptId::from_uuid(uuid::Uuid::from_u128(n));
        let author = ActorId::from_uuid(uuid::Uuid::from_u128(1));
        let make = |p, parents: &[VersionId], note: &str, at| {
            let at = Timestamp::from_micros(at);
            Version::new(prompt(p), content("a"), parents.to_vec(), author, note.into(), at).id
        };
        let first = make(1, &[], "", 1);
        assert_eq!(first, make(2, &[], "", 1));
        assert_ne!(first, make(1, &[first], "", 1));
        assert_ne!(first, make(1, &[], "why", 1));
        assert_ne!(first, make(1, &[], "", 2));
    }

    #[test]
    fn a_misspelt_field_is_refused_rather_than_dropped() {
        let json = r#"{"body": {"kind": "text", "template": "a"}, "variabels": []}"#;
        let error = serde_json::from_str::<Content>(json).unwrap_err().to_string();
        assert!(error.contains("variabels"), "{error}");
    }
}

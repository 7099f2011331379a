//! What is known of models, and where each fact comes from.

use crate::{ModelRef, ParameterRule, Price, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a fact comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// The page it was read from, `list` for the provider's own list, or `user` for what the user entered.
    pub source: String,
    /// The day it was read, `YYYY-MM-DD`.
    pub date: String,
}

impl Source {
    /// The provider's own list, read at this moment.
    #[must_use]
    pub fn list(at: Timestamp) -> Self {
        Self { source: "list".to_owned(), date: at.date() }
    }

    /// The user, at this moment.
    #[must_use]
    pub fn user(at: Timestamp) -> Self {
        Self { source: "user".to_owned(), date: at.date() }
    }
}

/// What is known of a model. What is absent is unknown, and shown as unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogueModel {
    /// The model.
    pub model: ModelRef,
    /// A name for people, where it differs from the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The model that it is, where the user said so because its id does not, as with deployments on Azure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// The most tokens of request and answer together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_window: Option<u64>,
    /// The most tokens of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u64>,
    /// What it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// What it can do.
    #[serde(default)]
    pub capabilities: Capabilities,
    /// The day from which it no longer answers: `YYYY-MM-DD`. It may have passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retires_on: Option<String>,
    /// What it makes of parameters that it does not simply take.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<ParameterRule>,
    /// Where each fact comes from.
    #[serde(default)]
    pub sources: FactSources,
    /// Whether the provider's own list was asked, and what it said.
    pub listed: Listed,
    /// What would be known of it without the facts that the user said; absent where they said none. Which model
    /// it is stays said here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beneath: Option<Box<CatalogueModel>>,
}

impl CatalogueModel {
    /// A model of which nothing is known.
    #[must_use]
    pub fn unknown(model: ModelRef) -> Self {
        Self {
            model,
            title: None,
            same_as: None,
            context_window: None,
            max_output_tokens: None,
            price: None,
            capabilities: Capabilities::default(),
            retires_on: None,
            parameters: Vec::new(),
            sources: FactSources::default(),
            listed: Listed::Unknown,
            beneath: None,
        }
    }
}

/// Where each fact of a model comes from. A fact that is unknown, or follows from where the model runs
/// (servers on this machine are free), has no source.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FactSources {
    /// Of the context window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_window: Option<Source>,
    /// Of the longest answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<Source>,
    /// Of the price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Source>,
    /// Of each thing that it can do or not.
    #[serde(default)]
    pub capabilities: CapabilitySources,
    /// Of the day it retires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retires_on: Option<Source>,
}

/// Where each of the [`Capabilities`] comes from. One that is unknown has no source.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "each is described where it stands in `Capabilities`")]
pub struct CapabilitySources {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<Source>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<Source>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Source>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_schema: Option<Source>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<Source>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<Source>,
}

/// A fact that the user can say of a model, and take back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ModelFact {
    /// The model that it is.
    SameAs,
    /// The most tokens of request and answer together.
    ContextWindow,
    /// The most tokens of an answer.
    MaxOutputTokens,
    /// What it costs; all of it, as one price.
    Price,
    /// The day from which it no longer answers.
    RetiresOn,
    /// Whether it takes images.
    Images,
    /// Whether it takes files.
    Files,
    /// Whether it asks for tools.
    Tools,
    /// Whether its answer can be bound to a JSON Schema.
    JsonSchema,
    /// Whether it thinks before it answers.
    Reasoning,
    /// Whether it reads the beginning of a request from a cache.
    Cache,
}

impl ModelFact {
    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SameAs => "sameAs",
            Self::ContextWindow => "contextWindow",
            Self::MaxOutputTokens => "maxOutputTokens",
            Self::Price => "price",
            Self::RetiresOn => "retiresOn",
            Self::Images => "images",
            Self::Files => "files",
            Self::Tools => "tools",
            Self::JsonSchema => "jsonSchema",
            Self::Reasoning => "reasoning",
            Self::Cache => "cache",
        }
    }
}

impl fmt::Display for ModelFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the user says of a model. What is absent, they say nothing of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ModelEdit {
    /// The model that it is, where its id does not say so.
    pub same_as: Option<String>,
    /// The most tokens of request and answer together.
    pub context_window: Option<u64>,
    /// The most tokens of an answer.
    pub max_output_tokens: Option<u64>,
    /// What it costs.
    pub price: Option<Price>,
    /// What it can do.
    pub capabilities: Capabilities,
    /// The day from which it no longer answers: `YYYY-MM-DD`.
    pub retires_on: Option<String>,
    /// When the user last said something.
    pub updated_at: Timestamp,
}

impl ModelEdit {
    /// This, with what it says nothing of taken from `below`.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            same_as: self.same_as.or(below.same_as),
            context_window: self.context_window.or(below.context_window),
            max_output_tokens: self.max_output_tokens.or(below.max_output_tokens),
            price: self.price.or(below.price),
            capabilities: self.capabilities.over(below.capabilities),
            retires_on: self.retires_on.or(below.retires_on),
            updated_at: self.updated_at,
        }
    }

    /// Whether it says anything of this fact.
    #[must_use]
    pub const fn says(&self, fact: ModelFact) -> bool {
        match fact {
            ModelFact::SameAs => self.same_as.is_some(),
            ModelFact::ContextWindow => self.context_window.is_some(),
            ModelFact::MaxOutputTokens => self.max_output_tokens.is_some(),
            ModelFact::Price => self.price.is_some(),
            ModelFact::RetiresOn => self.retires_on.is_some(),
            ModelFact::Images => self.capabilities.images.is_some(),
            ModelFact::Files => self.capabilities.files.is_some(),
            ModelFact::Tools => self.capabilities.tools.is_some(),
            ModelFact::JsonSchema => self.capabilities.json_schema.is_some(),
            ModelFact::Reasoning => self.capabilities.reasoning.is_some(),
            ModelFact::Cache => self.capabilities.cache.is_some(),
        }
    }

    /// Takes back what it says of this fact.
    pub fn clear(&mut self, fact: ModelFact) {
        match fact {
            ModelFact::SameAs => self.same_as = None,
            ModelFact::ContextWindow => self.context_window = None,
            ModelFact::MaxOutputTokens => self.max_output_tokens = None,
            ModelFact::Price => self.price = None,
            ModelFact::RetiresOn => self.retires_on = None,
            ModelFact::Images => self.capabilities.images = None,
            ModelFact::Files => self.capabilities.files = None,
            ModelFact::Tools => self.capabilities.tools = None,
            ModelFact::JsonSchema => self.capabilities.json_schema = None,
            ModelFact::Reasoning => self.capabilities.reasoning = None,
            ModelFact::Cache => self.capabilities.cache = None,
        }
    }

    /// Whether it says nothing of the model, but perhaps which one it is.
    #[must_use]
    pub fn has_no_facts(&self) -> bool {
        let Self {
            same_as: _,
            updated_at: _,
            context_window,
            max_output_tokens,
            price,
            capabilities,
            retires_on,
        } = self;
        context_window.is_none()
            && max_output_tokens.is_none()
            && price.is_none()
            && capabilities.is_unknown()
            && retires_on.is_none()
    }
}

/// A model as the provider's own list tells of it. What the list does not say is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedModel {
    /// Its id as the provider knows it.
    pub id: String,
    /// A name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The most tokens of request and answer together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_window: Option<u64>,
    /// The most tokens of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u64>,
    /// What it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// What it can do.
    #[serde(default)]
    pub capabilities: Capabilities,
    /// The day from which it no longer answers: `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retires_on: Option<String>,
}

impl ListedModel {
    /// A model of which only the id is known.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }
}

/// What a model can do. What is absent is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Capabilities {
    /// It takes images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<bool>,
    /// It takes files, such as PDF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<bool>,
    /// It asks for tools.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<bool>,
    /// Its answer can be bound to a JSON Schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_schema: Option<bool>,
    /// It thinks before it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<bool>,
    /// It reads the beginning of a request from a cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<bool>,
}

impl Capabilities {
    /// These, with what is unknown taken from `below`.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            images: self.images.or(below.images),
            files: self.files.or(below.files),
            tools: self.tools.or(below.tools),
            json_schema: self.json_schema.or(below.json_schema),
            reasoning: self.reasoning.or(below.reasoning),
            cache: self.cache.or(below.cache),
        }
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// What the provider's own list says of a model by the name it is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Listed {
    /// The list names it.
    Yes,
    /// The list does not name it.
    No,
    /// The list was not asked yet, or cannot know: that of Azure names models, and deployments are called.
    Unknown,
}

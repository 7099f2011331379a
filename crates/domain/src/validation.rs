//! Validations: what an answer is checked by, and what comes of it.
//!
//! A rule is decided from what is known of the answer. What it needs besides (a function that runs, the word of
//! another model, a vector, a web service) it asks for with an [`Ask`]; whoever executes it comes back with the
//! [`Answer`].

use crate::{JsonObject, ModelRef};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::{
    borrow::Cow,
    ops::{Deref, DerefMut},
    sync::Arc,
};

/// A rule attached to a prompt, a suite or a case that answers are checked against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Validation {
    /// A name for people, unique where it stands.
    pub name: String,
    /// What is checked.
    pub rule: ValidationRule,
    /// Whether what is sent is checked, or what is answered.
    #[serde(default, skip_serializing_if = "ValidationPhase::is_after")]
    pub phase: ValidationPhase,
    /// What happens where the rule does not hold.
    #[serde(default, skip_serializing_if = "OnFailure::is_fail")]
    pub on_failure: OnFailure,
    /// How much its score counts beside the others; not negative. 0 counts for nothing, and nothing fails by it.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub weight: f64,
    /// The named metric that its score counts for, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// Whether it is left out for now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub off: bool,
}

impl Validation {
    /// A validation of the answer that fails it where the rule does not hold.
    pub fn new(name: impl Into<String>, rule: ValidationRule) -> Self {
        Self {
            name: name.into(),
            rule,
            phase: ValidationPhase::After,
            on_failure: OnFailure::Fail,
            weight: 1.0,
            metric: None,
            off: false,
        }
    }
}

/// Validations in their order. Cases that have the same ones can have them in one place of the memory: there may be a
/// hundred thousand cases.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Validations(Arc<Vec<Validation>>);

impl Validations {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the place of others, where those are the same.
    pub fn share(&mut self, others: &Self) {
        if self == others {
            self.clone_from(others);
        }
    }
}

impl Deref for Validations {
    type Target = Vec<Validation>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// Whoever changes them has a copy of their own.
impl DerefMut for Validations {
    fn deref_mut(&mut self) -> &mut Self::Target {
        Arc::make_mut(&mut self.0)
    }
}

impl From<Vec<Validation>> for Validations {
    fn from(all: Vec<Validation>) -> Self {
        Self(Arc::new(all))
    }
}

impl IntoIterator for Validations {
    type Item = Validation;
    type IntoIter = std::vec::IntoIter<Validation>;

    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}

impl<'a> IntoIterator for &'a Validations {
    type Item = &'a Validation;
    type IntoIter = std::slice::Iter<'a, Validation>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl Serialize for Validations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Validations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

impl JsonSchema for Validations {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Vec::<Validation>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<Validation>::json_schema(generator)
    }
}

impl Validation {
    /// Whether it holds the answers to a case against each other, so that it is decided once all of them are there.
    #[must_use]
    pub fn compares_answers(&self) -> bool {
        matches!(&self.rule, ValidationRule::Assertion(assertion) if assertion.name == "select-best")
            && self.phase == ValidationPhase::After
            && !self.off
    }
}

const fn one() -> f64 {
    1.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
#[expect(clippy::float_cmp, reason = "only the default itself is left out")]
fn is_one(weight: &f64) -> bool {
    *weight == 1.0
}

/// When a validation is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ValidationPhase {
    /// Of the rendered prompt, before the model is called; where it fails, no call is made.
    Before,
    /// Of the answer.
    #[default]
    After,
}

impl ValidationPhase {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    const fn is_after(&self) -> bool {
        matches!(self, Self::After)
    }
}

/// What happens where a rule does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action", rename_all = "lowercase", deny_unknown_fields)]
pub enum OnFailure {
    /// The answer has failed.
    #[default]
    Fail,
    /// It is told, and the answer stands.
    Alert,
    /// The model is asked again, and told why; after the last time the answer has failed.
    Retry {
        /// How often, from 1 to [`OnFailure::MOST_RETRIES`].
        times: u8,
    },
}

impl OnFailure {
    /// The most that a model is asked again for one answer.
    pub const MOST_RETRIES: u8 = 5;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    const fn is_fail(&self) -> bool {
        matches!(self, Self::Fail)
    }
}

/// What a validation checks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum ValidationRule {
    /// The answer is JSON (bare, in a fence, or in the middle of prose) that follows this JSON Schema.
    Schema {
        /// The schema, of the draft that its `$schema` names; 2020-12 where it names none.
        schema: Value,
    },
    /// The answer has a match of this pattern.
    Regex {
        /// The pattern; the values of its named groups are told.
        pattern: String,
        /// Any of `i`, `m`, `s`, `x`, `u`, each at most once.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        flags: String,
    },
    /// A JavaScript function says so: an expression that is `(output, context) => boolean | number |
    /// {pass, score, reason}`.
    Function {
        /// The function.
        source: String,
    },
    /// An assertion as promptfoo has it.
    Assertion(Box<Assertion>),
}

/// An assertion with the name and the meaning that it has in promptfoo.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Assertion {
    /// Such as `contains-any`; with `not-` before it, it is turned round.
    #[serde(rename = "type")]
    pub name: String,
    /// What the answer is held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// The least or the most that is good enough, as the assertion has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// JavaScript that makes of the answer what is checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transform: Option<String>,
    /// The model that judges, or that makes vectors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelRef>,
    /// What a model that judges is told, in place of the usual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rubric_prompt: Option<Value>,
    /// Further settings of this assertion.
    #[serde(default, skip_serializing_if = "JsonObject::is_empty")]
    pub config: JsonObject,
    /// The validations of an `assert-set`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assert: Vec<Validation>,
}

/// The result of all validations of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ValidationStatus {
    /// Not done yet.
    #[default]
    Pending,
    /// All passed.
    Passed,
    /// At least one failed.
    Failed,
    /// There were none, or there was no answer to check.
    Skipped,
}

/// The result of one validation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ValidationResult {
    /// The validation's name.
    pub name: String,
    /// What came out.
    pub verdict: Verdict,
    /// From 0 to 1.
    pub score: f64,
    /// What was found, for people.
    pub message: String,
    /// What was found, for programs: named groups, paths of a schema, what a judge said, the parts of a set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Value>,
    /// How much the score counts beside the others.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub weight: f64,
    /// The named metric that the score counts for, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
}

impl ValidationResult {
    /// A result that counts as much as any other and has nothing more to tell.
    pub fn new(name: impl Into<String>, verdict: Verdict, score: f64, message: impl Into<String>) -> Self {
        let (name, message) = (name.into(), message.into());
        Self { name, verdict, score, message, detail: None, weight: 1.0, metric: None }
    }
}

/// What a validation says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The rule holds.
    Pass,
    /// The rule does not hold.
    Fail,
    /// The rule could not be decided: its judge or its function failed. It counts as a failure, never as a pass.
    Error,
}

/// What a rule needs to know before it can be decided.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// What a JavaScript function returns.
    Function(FunctionCall),
    /// What a model answers.
    Judge {
        /// The model; none where the rule names none.
        model: Option<ModelRef>,
        /// What it is told, in order: role and text.
        messages: Vec<(crate::Role, String)>,
    },
    /// The vectors of some texts.
    Embedding {
        /// The model that makes them; none where the rule names none.
        model: Option<ModelRef>,
        /// The texts.
        texts: Vec<String>,
    },
    /// What a web service answers to a POST of JSON.
    Http {
        /// Its address.
        url: String,
        /// What is sent.
        body: Value,
    },
}

/// A call of a JavaScript function in the sandbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionCall {
    /// An expression that is a function.
    pub source: String,
    /// What it is called with.
    pub arguments: Vec<Value>,
}

/// What came of an [`Ask`].
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// What a function returned, or a web service answered.
    Json(Value),
    /// What a model answered.
    Text(String),
    /// A vector a text, in order, all of the same length.
    Vectors(Vec<Vec<f32>>),
    /// It could not be found out; the text says why and what to do, for people.
    Failed(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(flags: &str) -> Validations {
        let rule = ValidationRule::Regex { pattern: "a".to_owned(), flags: flags.to_owned() };
        vec![Validation::new("says a", rule)].into()
    }

    #[test]
    fn validations_that_are_the_same_stand_in_one_place_until_some_are_changed() {
        let (first, mut second, mut other) = (one(""), one(""), one("i"));
        for validations in [&mut second, &mut other] {
            validations.share(&first);
        }
        assert!(Arc::ptr_eq(&first.0, &second.0));
        assert_eq!(other, one("i"), "what differs stays");
        second[0].off = true;
        assert_eq!(first, one(""), "whoever changes them changes no others");
    }
}

//! An answer to check rules against, and short ways to write rules.

use formaops_domain::{
    Answer, Assertion, Finish, JsonObject, Metrics, ModelRef, ToolCall, ToolDefinition, Validation,
    ValidationResult, ValidationRule,
};
use formaops_validate::{Step, Subject, evaluate};
use serde_json::Value;

pub(crate) struct World {
    pub(crate) output: String,
    pub(crate) tool_calls: Vec<ToolCall>,
    pub(crate) tools: Vec<ToolDefinition>,
    pub(crate) finish: Option<Finish>,
    pub(crate) inputs: JsonObject,
    pub(crate) metrics: Metrics,
    pub(crate) metadata: JsonObject,
    pub(crate) model: ModelRef,
}

impl World {
    pub(crate) fn answering(output: &str) -> Self {
        Self {
            output: output.to_owned(),
            tool_calls: Vec::new(),
            tools: Vec::new(),
            finish: None,
            inputs: JsonObject::new(),
            metrics: Metrics::default(),
            metadata: JsonObject::new(),
            model: ModelRef { provider: "test".into(), model: "small".into() },
        }
    }

    pub(crate) fn step(&self, validation: &Validation, answers: &[Answer]) -> Step {
        let Self { output, tool_calls, tools, finish, inputs, metrics, metadata, model } = self;
        let subject = Subject {
            output,
            tool_calls,
            tools,
            finish: finish.as_ref(),
            inputs,
            prompt: "the prompt",
            model,
            metrics,
            metadata,
        };
        evaluate(validation, &subject, answers)
    }

    pub(crate) fn decide(&self, validation: &Validation, answers: &[Answer]) -> ValidationResult {
        match self.step(validation, answers) {
            Step::Done(result) => result,
            Step::Ask(ask) => panic!("{validation:?} asks for {ask:?}"),
        }
    }
}

pub(crate) fn schema(schema: Value) -> Validation {
    Validation::new("rule", ValidationRule::Schema { schema })
}

pub(crate) fn regex(pattern: &str, flags: &str) -> Validation {
    Validation::new("rule", ValidationRule::Regex { pattern: pattern.into(), flags: flags.into() })
}

pub(crate) fn function(source: &str) -> Validation {
    Validation::new("rule", ValidationRule::Function { source: source.into() })
}

pub(crate) fn assertion(name: &str, value: Value) -> Validation {
    let value = Some(value).filter(|value| !value.is_null());
    let assertion = Assertion { name: name.into(), value, ..Assertion::default() };
    Validation::new("rule", ValidationRule::Assertion(Box::new(assertion)))
}

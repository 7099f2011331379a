//! # is-valid-function-call, is-valid-openai-function-call, is-valid-openai-tools-call
//!
//! **What it checks.** The model asks for a tool at all; each tool it asks for is one it was told of; and the arguments
//! are JSON that follows the schema of that tool. The calls are those that the provider reported. Where it reported none,
//! or a transform is there, they are read from the answer as OpenAI writes them: `tool_calls` for
//! `is-valid-openai-tools-call`, `function_call` for the others.
//!
//! **Value.** None.
//!
//! **Threshold.** None.
//!
//! **Example.**
//!
//! ```yaml
//! - type: is-valid-openai-tools-call
//! ```
//!
//! **Differences from promptfoo.** The tools are those of the version, and calls of any vendor are checked alike. `not-`
//! turns it round; promptfoo ignores it there. Calls are also read from an answer that is a text of JSON.

use super::{Case, Decided, Mistake, Rule, schema};
use crate::{
    evaluate::Replay,
    finding::Finding,
    problem::bounded,
    schema::Schema,
    tool_output::{CalledTool, openai_calls, openai_function},
};
use formaops_domain::{Assertion, ToolDefinition};
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    names: &["is-valid-function-call", "is-valid-openai-function-call", "is-valid-openai-tools-call"],
    source: include_str!("is_valid_call.rs"),
    mistakes,
    decide,
    is_quick: false,
};

fn mistakes(_: &Assertion) -> Vec<Mistake> {
    Vec::new()
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let parsed;
    let calls = if case.made.is_none() && !case.subject.tool_calls.is_empty() {
        let reported = case.subject.tool_calls.iter();
        reported.map(|call| CalledTool { name: &call.name, arguments: Some(&call.arguments) }).collect()
    } else {
        parsed = case.parsed_output();
        let found = if case.name == "is-valid-openai-tools-call" {
            openai_calls(&parsed)
        } else {
            openai_function(&parsed).map(|call| vec![call])
        };
        match found {
            Some(calls) => calls,
            None => return Ok(Finding::new(false, "the model asks for no tool")),
        }
    };
    let wrong = calls.iter().find_map(|call| what_is_wrong(call, case.subject.tools));
    Ok(match wrong {
        Some(why) => Finding::new(false, why),
        None => Finding::new(true, format!("all {} calls of tools are as their tools ask for", calls.len())),
    })
}

/// What is wrong with a call; nothing where it is one of these tools, used as it asks for.
fn what_is_wrong(call: &CalledTool<'_>, tools: &[ToolDefinition]) -> Option<String> {
    let name = bounded(call.name, 64);
    let Some(tool) = tools.iter().find(|tool| tool.name == call.name) else {
        return Some(format!("the model asks for the tool `{name}`, which it was not told of"));
    };
    let arguments: Value = match serde_json::from_str(call.arguments.unwrap_or_default()) {
        Ok(arguments) => arguments,
        Err(error) => return Some(format!("the arguments of `{name}` are not JSON: {error}")),
    };
    let schema = match Schema::ready(&Value::Object(tool.parameters.clone())) {
        Ok(schema) => schema,
        Err(error) => return Some(format!("the schema of the tool `{name}` cannot be used: {error}")),
    };
    let mismatches = schema.mismatches(&arguments, true);
    if mismatches.is_empty() {
        return None;
    }
    Some(format!("the arguments of `{name}` do not follow its schema; {}", schema::in_words(&mismatches)))
}

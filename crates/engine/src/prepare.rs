//! From the stored work to the request: inputs checked, template rendered, attachments read, provider found.

use crate::{
    aside::{LITTLE, aside},
    core::Core,
    sensitive::Sensitive,
    templates::Templates,
};
use bytes::Bytes;
use formaops_domain::{
    Attachment, AttachmentHash, ErrorClass, Failure, Feedback, JsonObject, ModelRef, Role, RunContext,
    ports::{MessagePart, ModelMessage, ModelRequest, Provider, Work},
};
use formaops_template::{Compiled, Rendered};
use formaops_validate::InputProblem;
use serde_json::Value;
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

/// All that a call needs.
pub(crate) struct Prepared {
    pub(crate) request: ModelRequest,
    pub(crate) provider: Arc<dyn Provider>,
}

/// Reads only: it may be dropped at any point.
///
/// # Errors
/// Why the call cannot be made, with the values of sensitive inputs taken out.
pub(crate) async fn prepare(
    core: &Core,
    work: &Work,
    model: &ModelRef,
    templates: &Templates,
    sensitive: &Arc<Sensitive>,
) -> Result<Prepared, Failure> {
    let (compiled, inputs) = (templates.of(core, work).await?, Arc::clone(&work.inputs));
    let (context, secrets) = (Arc::clone(&work.context), Arc::clone(sensitive));
    // A template may loop over much data, and the streams of others share this thread.
    let is_little = is_little(&compiled, &inputs, &context);
    let rendering = aside(is_little, move || render(&compiled, &secrets.overlay(&inputs), &context));
    let rendered = rendering.await.unwrap_or_else(|| Err(internal()));
    let rendered = rendered.map_err(|failure| sensitive.scrub(failure))?;
    let attached = load(core, &rendered).await?;
    let mut messages = rendered.into_model_messages(&attached);
    surround(&mut messages, &work.around);
    messages.extend(work.execution.retry.iter().filter_map(|retry| retry.feedback.as_ref()).flat_map(told));
    let provider = core.ports.providers.find(model).await?;
    let request = ModelRequest {
        model: model.model.clone(),
        messages,
        parameters: work.execution.parameters.clone(),
        timeouts: core.calls().timeouts,
        execution: Some(work.execution.id),
        wants: work.purpose.into(),
    };
    Ok(Prepared { request, provider })
}

/// Whether values are only put in, few bytes of them, and nothing is held against a pattern or a schema first.
fn is_little(compiled: &Compiled, inputs: &JsonObject, context: &RunContext) -> bool {
    let variables = compiled.variables();
    let templates = compiled.content().body.templates().map(str::len).sum::<usize>();
    let messages = context.messages.iter().map(|message| message.text.len()).sum::<usize>();
    let defaults = variables.iter().filter_map(|variable| variable.default.as_ref());
    let values = inputs.values().chain(defaults).map(bytes_of).sum::<usize>();
    compiled.only_inserts()
        && variables.iter().all(|variable| variable.pattern.is_none() && variable.schema.is_none())
        && templates + messages + values <= LITTLE
}

/// About how many bytes a value has; an empty one is there, too.
fn bytes_of(value: &Value) -> usize {
    size_of::<Value>()
        + match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            Value::String(text) => text.len(),
            Value::Array(items) => items.iter().map(bytes_of).sum(),
            Value::Object(fields) => fields.iter().map(|(name, value)| name.len() + bytes_of(value)).sum(),
        }
}

fn render(compiled: &Compiled, inputs: &JsonObject, context: &RunContext) -> Result<Rendered, Failure> {
    let inputs = formaops_validate::check_inputs(compiled.variables(), inputs).map_err(unfit)?;
    Ok(compiled.render(&inputs, context)?)
}

/// Puts the texts of the case before the first and behind the last text of the prompt.
fn surround(messages: &mut [ModelMessage], (prefix, suffix): &(String, String)) {
    let mut texts: Vec<&mut String> = messages
        .iter_mut()
        .flat_map(|message| &mut message.parts)
        .filter_map(|part| if let MessagePart::Text(text) = part { Some(text) } else { None })
        .collect();
    if let Some(first) = texts.first_mut() {
        first.insert_str(0, prefix);
    }
    if let Some(last) = texts.last_mut() {
        last.push_str(suffix);
    }
}

/// What the model is told where its answer did not hold: its answer, and what is wrong with it.
fn told(feedback: &Feedback) -> impl Iterator<Item = ModelMessage> {
    let answer = feedback.answer.as_deref().filter(|answer| !answer.trim().is_empty());
    let reasons = format!(
        "Your answer does not hold to the rules for it:\n{}Answer again, so that it does. Give the whole answer only.",
        feedback.reasons
    );
    let answer = answer.map(|answer| ModelMessage::text(Role::Assistant, answer));
    answer.into_iter().chain([ModelMessage::text(Role::User, reasons)])
}

/// The bytes of all that is attached, each read once.
async fn load(core: &Core, rendered: &Rendered) -> Result<HashMap<AttachmentHash, Bytes>, Failure> {
    let mut loaded = HashMap::new();
    for Attachment { hash, .. } in rendered.attachments() {
        if let Entry::Vacant(entry) = loaded.entry(*hash) {
            entry.insert(core.ports.store.load_attachment(*hash).await?);
        }
    }
    Ok(loaded)
}

/// All that is wrong with the inputs, as one failure.
fn unfit(problems: Vec<InputProblem>) -> Failure {
    let (messages, mut hints): (Vec<_>, Vec<_>) =
        problems.into_iter().map(|problem| (problem.message, problem.hint)).unzip();
    hints.dedup();
    Failure::new(ErrorClass::Inputs, messages.join("\n"), hints.join("\n"))
}

/// What is said where FormaOps itself is at fault. The panic's own text may hold inputs, so it is left out.
pub(crate) fn internal() -> Failure {
    Failure::new(
        ErrorClass::Internal,
        "FormaOps failed while it worked on this execution",
        "This is a defect of FormaOps. Run it again, and report it where it happens again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use formaops_domain::{Body, Content, ContextMessage, Variable, VariableType};
    use formaops_template::Partials;
    use serde_json::json;

    #[test]
    fn only_short_values_that_are_only_put_in_are_little() {
        let long = "long ".repeat(10_000);
        let plain = Variable::new("x", VariableType::String);
        let little = |template: &str, variable: &Variable, value: Value, said: &str| {
            let content = Content {
                body: Body::text(template),
                variables: vec![variable.clone()],
                ..Content::default()
            };
            let messages = vec![ContextMessage { role: Role::User, text: said.to_owned() }];
            let context = RunContext { messages, ..RunContext::default() };
            let inputs = [("x".to_owned(), value)].into_iter().collect();
            is_little(&Compiled::new(content, Partials::new()), &inputs, &context)
        };
        let short = || json!("short");
        assert!(little("Dear {{x}}", &plain, short(), "hello"));
        assert!(!little("{{#each x}}{{this}}{{/each}}", &plain, short(), ""));
        assert!(!little(&long, &plain, short(), ""));
        assert!(!little("{{x}}", &plain, short(), &long));
        assert!(!little("{{x}}", &plain, json!({ "y": [long] }), ""));
        assert!(!little("{{x}}", &plain, json!(vec![json!([]); 10_000]), ""), "nothing, but many of it");
        for checked in [
            Variable { default: Some(json!(long)), ..plain.clone() },
            Variable { pattern: Some("a+".into()), ..plain.clone() },
            Variable { schema: Some(JsonObject::new()), ..plain.clone() },
        ] {
            assert!(!little("{{x}}", &checked, short(), ""), "{checked:?}");
        }
    }
}

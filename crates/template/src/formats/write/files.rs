//! The files of each format.

use super::{
    PromptToWrite, VersionToWrite,
    dialect::{Dialect, NoWord},
};
use crate::{
    PromptMeta,
    formats::{Notes, plain, prompty},
    prompt_file, to_prompt_file, yaml,
};
use formaops_domain::{
    Body, Content, JsonObject, Parameters, ResponseFormat, Role, Settings, ToolChoice, Validation, Variable,
};
use serde_json::{Value, json};

/// A `.prompt` file, which holds all of a version.
pub(super) fn prompt(prompt: &PromptToWrite, head: &VersionToWrite, notes: &mut Notes<'_>) -> String {
    if !prompt.input_sets.is_empty() {
        notes.lost("inputSets", "dotprompt has no inputs under names");
    }
    if head.content.body.attachments().next().is_some() {
        notes.lost("attachments", "the file names the attachments, but does not hold their bytes");
    }
    let meta = PromptMeta {
        title: prompt.title.clone(),
        description: prompt.description.clone(),
        tags: prompt.tags.clone(),
    };
    to_prompt_file(&head.content, &meta)
}

/// The messages of a version in another language.
fn messages(
    content: &Content,
    dialect: Dialect,
    notes: &mut Notes<'_>,
) -> Result<Vec<(Role, String)>, NoWord> {
    if content.body.attachments().next().is_some() {
        notes.lost("attachments", "attachments are not written");
    }
    let body = match &content.body {
        Body::Text { template } if content.engine.is_handlebars() => prompt_file::body_of(template),
        body => body.clone(),
    };
    match body {
        Body::Text { template } => Ok(vec![(Role::User, dialect.write_in(content.engine, &template)?)]),
        Body::Messages { messages } => messages
            .into_iter()
            .map(|message| Ok((message.role, dialect.write_in(content.engine, &message.template)?)))
            .collect(),
    }
}

fn note_common(prompt: &PromptToWrite, content: &Content, notes: &mut Notes<'_>) {
    if !prompt.title.is_empty() {
        notes.lost("title", "the title is not written: the name is");
    }
    for Validation { name, .. } in &content.validations {
        notes.lost("validations", format!("the validation `{name}` is not written"));
    }
}

/// What only some formats say of variables.
fn note_declarations(variables: &[Variable], notes: &mut Notes<'_>) {
    for variable in
        variables.iter().filter(|variable| **variable != Variable::new(&variable.name, variable.kind))
    {
        let message =
            format!("of `{}` only the name is written: the format has no declarations", variable.name);
        notes.lost("variables", message);
    }
}

/// A `.prompty` file of the second shape.
pub(super) fn prompty(
    prompt: &PromptToWrite,
    head: &VersionToWrite,
    notes: &mut Notes<'_>,
) -> Result<String, NoWord> {
    let Content { variables, settings, .. } = &head.content;
    let mut body = String::new();
    for (role, text) in messages(&head.content, Dialect::Jinja, notes)? {
        let trimmed = text.trim_matches(['\n', '\r']);
        if trimmed.lines().any(prompty::begins_message) {
            return Err(NoWord("a line of it would begin another message".to_owned()));
        }
        if trimmed.len() < text.len() {
            notes.changed("body", "line breaks at the ends of a message are not written");
        }
        body.push_str(&format!("{}:\n{trimmed}\n\n", role.as_str()));
    }
    for Validation { name, .. } in &head.content.validations {
        notes.lost("validations", format!("the validation `{name}` is not written"));
    }
    let sample = prompt.input_sets.first().map(|(_, inputs)| inputs);
    if prompt.input_sets.len() > 1 {
        notes.lost("inputSets", "only the first input set is written, as examples");
    }
    let mut front = JsonObject::new();
    front.insert(
        "name".into(),
        json!(if prompt.title.is_empty() { prompt.name.as_str() } else { &prompt.title }),
    );
    if !prompt.description.is_empty() {
        front.insert("description".into(), json!(prompt.description));
    }
    if !prompt.tags.is_empty() {
        front.insert("metadata".into(), json!({ "tags": prompt.tags }));
    }
    let mut model = JsonObject::new();
    if let Some(chosen) = &settings.model {
        model.insert("id".into(), json!(chosen.model));
        model.insert("provider".into(), json!(chosen.provider));
    }
    let mut options = parameters(&settings.parameters, Style::Camel);
    if let Some(tools) = options.shift_remove("tools") {
        front.insert("tools".into(), prompty_tools(&tools));
    }
    if !options.is_empty() {
        model.insert("options".into(), Value::Object(options));
    }
    if !model.is_empty() {
        front.insert("model".into(), Value::Object(model));
    }
    let inputs: Vec<_> = variables.iter().map(|variable| property(variable, sample, notes)).collect();
    if !inputs.is_empty() {
        front.insert("inputs".into(), json!(inputs));
    }
    front.insert(
        "template".into(),
        json!({ "format": { "kind": "jinja2" }, "parser": { "kind": "prompty" } }),
    );
    let front = yaml::write_exactly(&Value::Object(front), plain::LIMITS);
    Ok(format!("---\n{front}---\n{}\n", body.trim_end_matches('\n')))
}

fn prompty_tools(tools: &Value) -> Value {
    let items = tools.as_array().cloned().unwrap_or_default();
    let items = items.into_iter().map(|mut item| {
        let mut function = item.get_mut("function").map(Value::take).unwrap_or_default();
        if let Value::Object(fields) = &mut function {
            fields.insert("kind".into(), json!("function"));
        }
        function
    });
    Value::Array(items.collect())
}

fn property(variable: &Variable, sample: Option<&JsonObject>, notes: &mut Notes<'_>) -> JsonObject {
    let Variable {
        name,
        kind,
        required,
        default,
        options,
        min,
        max,
        pattern,
        description,
        sensitive,
        schema,
    } = variable;
    let mut fields = JsonObject::new();
    fields.insert("name".into(), json!(name));
    let word = if options.is_empty() { kind.as_str() } else { "string" };
    fields.insert("kind".into(), json!(word));
    if *required {
        fields.insert("required".into(), json!(true));
    }
    if let Some(default) = default {
        fields.insert("default".into(), default.clone());
    }
    if !options.is_empty() {
        fields.insert("enumValues".into(), json!(options));
    }
    if !description.is_empty() {
        fields.insert("description".into(), json!(description));
    }
    if let Some(example) = sample.and_then(|sample| sample.get(name)) {
        fields.insert("example".into(), example.clone());
    }
    if min.is_some() || max.is_some() || pattern.is_some() || schema.is_some() || *sensitive {
        notes.lost("variables", format!("limits, patterns, schemas and secrecy of `{name}` are not written"));
    }
    fields
}

/// A configuration of promptfoo.
pub(super) fn promptfoo(
    prompt: &PromptToWrite,
    head: &VersionToWrite,
    notes: &mut Notes<'_>,
) -> Result<String, NoWord> {
    let Content { variables, settings, .. } = &head.content;
    note_common(prompt, &head.content, notes);
    note_declarations(variables, notes);
    let messages = messages(&head.content, Dialect::Jinja, notes)?;
    let raw = match messages.as_slice() {
        [(Role::User, text)] => text.clone(),
        messages => {
            let items: Vec<_> =
                messages.iter().map(|(role, text)| json!({ "role": role, "content": text })).collect();
            format!("{:#}", Value::Array(items))
        }
    };
    let mut config = JsonObject::new();
    if !prompt.description.is_empty() {
        config.insert("description".into(), json!(prompt.description));
    }
    if !prompt.tags.is_empty() {
        notes.lost("tags", "tags are not written");
    }
    config.insert("prompts".into(), json!([{ "label": prompt.name, "raw": raw }]));
    let options = parameters(&settings.parameters, Style::Snake);
    match &settings.model {
        Some(model) if options.is_empty() => {
            config.insert("providers".into(), json!([model.to_string()]));
        }
        Some(model) => {
            config.insert("providers".into(), json!([{ "id": model.to_string(), "config": options }]));
        }
        None => {
            if !options.is_empty() {
                notes.lost(
                    "settings",
                    "parameters are not written: they stand beside a model, and none is chosen",
                );
            }
            config.insert("providers".into(), json!([]));
        }
    }
    if !prompt.input_sets.is_empty() {
        let tests: Vec<_> = prompt
            .input_sets
            .iter()
            .map(|(name, vars)| json!({ "description": name, "vars": vars }))
            .collect();
        config.insert("tests".into(), json!(tests));
    }
    Ok(yaml::write_exactly(&Value::Object(config), plain::LIMITS))
}

/// A prompt of OpenAI: the body of a request of Responses, with a name and variables.
pub(super) fn openai(
    prompt: &PromptToWrite,
    head: &VersionToWrite,
    notes: &mut Notes<'_>,
) -> Result<String, NoWord> {
    let Content { variables, settings: Settings { model, parameters: chosen }, validations, .. } =
        &head.content;
    note_declarations(variables, notes);
    for Validation { name, .. } in validations {
        notes.lost("validations", format!("the validation `{name}` is not written"));
    }
    if !prompt.tags.is_empty() {
        notes.lost("tags", "tags are not written");
    }
    let mut object = JsonObject::new();
    object.insert("object".into(), json!("prompt"));
    object.insert(
        "name".into(),
        json!(if prompt.title.is_empty() { prompt.name.as_str() } else { &prompt.title }),
    );
    if !prompt.description.is_empty() {
        object.insert("description".into(), json!(prompt.description));
    }
    if let Some(model) = model {
        if !matches!(model.provider.as_str(), "openai" | "azure") {
            notes.changed("model", format!("`{model}` is written as `{}`", model.model));
        }
        object.insert("model".into(), json!(model.model));
    }
    let mut messages = messages(&head.content, Dialect::NamesOnly, notes)?;
    if matches!(messages.first(), Some((Role::System, _))) {
        object.insert("instructions".into(), json!(messages.remove(0).1));
    }
    let items: Vec<_> =
        messages.iter().map(|(role, text)| json!({ "role": role, "content": text })).collect();
    object.insert("input".into(), json!(items));
    let mut options = parameters(chosen, Style::Snake);
    if let Some(most) = options.shift_remove("max_tokens") {
        options.insert("max_output_tokens".into(), most);
    }
    object.extend(options);
    if let Some((_, inputs)) = prompt.input_sets.first() {
        object.insert("variables".into(), json!(inputs));
    }
    if prompt.input_sets.len() > 1 {
        notes.lost("inputSets", "only the first input set is written, as variables");
    }
    Ok(format!("{:#}\n", Value::Object(object)))
}

/// The versions of a prompt, as the API of Langfuse answers them.
pub(super) fn langfuse(prompt: &PromptToWrite, notes: &mut Notes<'_>) -> Result<Vec<Value>, NoWord> {
    if !prompt.description.is_empty() || !prompt.title.is_empty() {
        notes.lost("description", "title and description are not written");
    }
    if !prompt.input_sets.is_empty() {
        notes.lost("inputSets", "Langfuse has no inputs under names");
    }
    let newest = prompt.versions.len();
    let mut objects = Vec::new();
    for (index, version) in prompt.versions.iter().enumerate() {
        let Content { body, engine, variables, settings, validations } = &version.content;
        note_declarations(variables, notes);
        for Validation { name, .. } in validations {
            notes.lost("validations", format!("the validation `{name}` is not written"));
        }
        let (kind, text) = match body {
            Body::Text { template }
                if !engine.is_handlebars() || matches!(prompt_file::body_of(template), Body::Text { .. }) =>
            {
                ("text", json!(Dialect::NamesOnly.write_in(*engine, template)?))
            }
            _ => ("chat", json!(chat(&version.content, notes)?)),
        };
        let mut config = parameters(&settings.parameters, Style::Snake);
        if let Some(model) = &settings.model {
            config.insert("model".into(), json!(model.model));
        }
        let mut labels = version.labels.clone();
        if index + 1 == newest {
            labels.push("latest".to_owned());
        }
        let number = version.number.or_else(|| u32::try_from(index + 1).ok());
        objects.push(json!({
            "name": prompt.name, "version": number, "type": kind, "prompt": text, "config": config,
            "labels": labels, "tags": prompt.tags,
            "commitMessage": if version.note.is_empty() { Value::Null } else { json!(version.note) },
        }));
    }
    Ok(objects)
}

fn chat(content: &Content, notes: &mut Notes<'_>) -> Result<Vec<Value>, NoWord> {
    if let Body::Messages { messages } = &content.body
        && content.engine.is_handlebars()
        && messages.iter().any(|message| message.template.trim() == "{{history}}")
    {
        let items = messages.iter().map(|message| {
            if message.template.trim() == "{{history}}" {
                return Ok(json!({ "type": "placeholder", "name": "history" }));
            }
            let text = Dialect::NamesOnly.write_in(content.engine, &message.template)?;
            Ok(json!({ "role": message.role, "content": text }))
        });
        return items.collect();
    }
    let messages = messages(content, Dialect::NamesOnly, notes)?;
    Ok(messages.into_iter().map(|(role, text)| json!({ "role": role, "content": text })).collect())
}

/// How a format spells names of parameters.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    Snake,
    Camel,
}

/// Parameters as other tools name them.
fn parameters(parameters: &Parameters, style: Style) -> JsonObject {
    let Parameters {
        temperature,
        top_p,
        max_tokens,
        stop,
        seed,
        frequency_penalty,
        presence_penalty,
        top_k,
        reasoning_effort,
        reasoning_budget,
        reasoning_summary,
        response_format,
        tools,
        tool_choice,
        extra,
    } = parameters;
    let format = response_format.as_ref().map(|format| match format {
        ResponseFormat::Json => json!({ "type": "json_object" }),
        ResponseFormat::Schema { name, schema } => {
            json!({ "type": "json_schema", "json_schema": { "name": name, "schema": schema } })
        }
    });
    let choice = tool_choice.as_ref().map(|choice| match choice {
        ToolChoice::Auto => json!("auto"),
        ToolChoice::None => json!("none"),
        ToolChoice::Required => json!("required"),
        ToolChoice::Tool(name) => json!({ "type": "function", "function": { "name": name } }),
    });
    let functions: Vec<_> =
        tools.iter().map(|tool| json!({ "type": "function", "function": tool })).collect();
    let list = |items: Value| if items.as_array().is_some_and(Vec::is_empty) { Value::Null } else { items };
    let known = [
        ("temperature", "temperature", json!(temperature)),
        ("top_p", "topP", json!(top_p)),
        ("max_tokens", "maxOutputTokens", json!(max_tokens)),
        ("stop", "stopSequences", list(json!(stop))),
        ("seed", "seed", json!(seed)),
        ("frequency_penalty", "frequencyPenalty", json!(frequency_penalty)),
        ("presence_penalty", "presencePenalty", json!(presence_penalty)),
        ("top_k", "topK", json!(top_k)),
        ("reasoning_effort", "reasoningEffort", json!(reasoning_effort)),
        ("reasoning_budget", "reasoningBudget", json!(reasoning_budget)),
        ("reasoning_summary", "reasoningSummary", json!(reasoning_summary)),
        ("response_format", "responseFormat", json!(format)),
        ("tools", "tools", list(json!(functions))),
        ("tool_choice", "toolChoice", json!(choice)),
    ];
    let mut fields: JsonObject = known
        .into_iter()
        .filter(|(_, _, value)| !value.is_null())
        .map(|(snake, camel, value)| (if style == Style::Snake { snake } else { camel }.to_owned(), value))
        .collect();
    fields.extend(extra.iter().map(|(name, value)| (name.clone(), value.clone())));
    fields
}

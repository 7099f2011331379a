//! Model and parameters, as `model` and `config`.

use super::{PromptFileError, edit::put, take};
use formaops_domain::{JsonObject, ModelRef, Parameters, Settings};
use serde_json::{Value, json};

const CONFIG: &str = "config";

/// Says the settings in the words of dotprompt, or as they are where those would not come back equal.
pub(super) fn write(settings: &Settings, front: &mut JsonObject, ext: &mut JsonObject) {
    let native = to_native(settings);
    if read(&mut native.clone()).is_ok_and(|read| read == *settings) {
        front.extend(native);
    } else {
        ext.insert("settings".into(), json!(settings));
    }
}

/// Says other settings where the old ones are said: a parameter that stays equal is as it was.
pub(super) fn change(old: &Settings, new: &Settings, front: &mut JsonObject, ext: &mut JsonObject) {
    let (mut native, mut own) = (JsonObject::new(), JsonObject::new());
    write(new, &mut native, &mut own);
    put(ext, "settings", own.shift_remove("settings"));
    let was = to_native(old);
    if native.get("model") != was.get("model") || !front.contains_key("model") {
        put(front, "model", native.shift_remove("model"));
    }
    let fields =
        |front: &JsonObject| front.get(CONFIG).and_then(Value::as_object).cloned().unwrap_or_default();
    let (mut config, was, new) = (fields(front), fields(&was), fields(&native));
    config.retain(|name, value| new.contains_key(name) || value.is_null());
    for (name, value) in new {
        if was.get(&name) != Some(&value) || !config.contains_key(&name) {
            config.insert(name, value);
        }
    }
    put(front, CONFIG, (!config.is_empty()).then_some(Value::Object(config)));
}

fn to_native(settings: &Settings) -> JsonObject {
    let mut front = JsonObject::new();
    if let Some(ModelRef { provider, model }) = &settings.model {
        front.insert("model".into(), json!(format!("{provider}/{model}")));
    }
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
    } = &settings.parameters;
    let known = [
        ("temperature", json!(temperature)),
        ("topP", json!(top_p)),
        ("maxOutputTokens", json!(max_tokens)),
        ("stopSequences", list(stop)),
        ("seed", json!(seed)),
        ("frequencyPenalty", json!(frequency_penalty)),
        ("presencePenalty", json!(presence_penalty)),
        ("topK", json!(top_k)),
        ("reasoningEffort", json!(reasoning_effort)),
        ("reasoningBudget", json!(reasoning_budget)),
        ("reasoningSummary", json!(reasoning_summary)),
        ("responseFormat", json!(response_format)),
        ("tools", list(tools)),
        ("toolChoice", json!(tool_choice)),
    ];
    let mut config: JsonObject = extra.clone();
    let known = known.into_iter().filter(|(_, value)| !value.is_null());
    config.extend(known.map(|(name, value)| (name.to_owned(), value)));
    if !config.is_empty() {
        front.insert(CONFIG.into(), Value::Object(config));
    }
    front
}

/// A list; null where it is empty.
fn list(items: &[impl serde::Serialize]) -> Value {
    if items.is_empty() { Value::Null } else { json!(items) }
}

/// Takes `model` and `config`. Parameters without a word of ours are sent on as they are.
pub(super) fn read(front: &mut JsonObject) -> Result<Settings, PromptFileError> {
    let model = match take::<String>(front, "", "model")? {
        Some(text) => Some(model(&text)?),
        None => None,
    };
    let mut config = take::<JsonObject>(front, "", CONFIG)?.unwrap_or_default();
    let parameters = Parameters {
        temperature: take(&mut config, CONFIG, "temperature")?,
        top_p: take(&mut config, CONFIG, "topP")?,
        max_tokens: take(&mut config, CONFIG, "maxOutputTokens")?,
        stop: take(&mut config, CONFIG, "stopSequences")?.unwrap_or_default(),
        seed: take(&mut config, CONFIG, "seed")?,
        frequency_penalty: take(&mut config, CONFIG, "frequencyPenalty")?,
        presence_penalty: take(&mut config, CONFIG, "presencePenalty")?,
        top_k: take(&mut config, CONFIG, "topK")?,
        reasoning_effort: take(&mut config, CONFIG, "reasoningEffort")?,
        reasoning_budget: take(&mut config, CONFIG, "reasoningBudget")?,
        reasoning_summary: take(&mut config, CONFIG, "reasoningSummary")?,
        response_format: take(&mut config, CONFIG, "responseFormat")?,
        tools: take(&mut config, CONFIG, "tools")?.unwrap_or_default(),
        tool_choice: take(&mut config, CONFIG, "toolChoice")?,
        extra: config,
    };
    Ok(Settings { model, parameters })
}

fn model(text: &str) -> Result<ModelRef, PromptFileError> {
    match text.split_once('/') {
        Some((provider, model)) if !provider.is_empty() && !model.is_empty() => {
            Ok(ModelRef { provider: provider.to_owned(), model: model.to_owned() })
        }
        _ => Err(PromptFileError::field("model", format!("must be `provider/model`, got `{text}`"))),
    }
}

//! The list of models: `{"data": [{"id"}]}` or the array alone, with what some servers add.
//!
//! Sources: the OpenAI API reference, "List models" (`shutdown_date`); the documentation of
//! OpenRouter (`context_length`, `pricing`, `supported_parameters`), Mistral (`capabilities`,
//! `deprecation`), Groq (`context_window`) and vLLM (`max_model_len`).

use crate::wire::ModelPage;
use formaops_domain::{Capabilities, ListedModel, Price};
use serde_json::Value;

pub(crate) fn listed(list: &Value) -> Option<ModelPage> {
    let items = list["data"].as_array().or_else(|| list.as_array())?;
    Some(ModelPage::whole(items.iter().filter_map(model).collect()))
}

fn model(item: &Value) -> Option<ListedModel> {
    let id = item["id"].as_str()?;
    let number = |paths: &[&str]| {
        let mut found = paths.iter().filter_map(|path| item.pointer(path).and_then(Value::as_u64));
        found.find(|&number| number > 0)
    };
    let title = ["name", "display_name"].iter().find_map(|name| item[*name].as_str());
    let retires =
        ["shutdown_date", "deprecation", "expiration_date"].iter().find_map(|name| day(&item[*name]));
    Some(ListedModel {
        id: id.to_owned(),
        title: title.filter(|title| *title != id).map(str::to_owned),
        context_window: number(&[
            "/context_length",
            "/context_window",
            "/max_context_length",
            "/max_model_len",
        ]),
        max_output_tokens: number(&["/top_provider/max_completion_tokens", "/max_completion_tokens"]),
        price: price(&item["pricing"]),
        capabilities: capabilities(item),
        retires_on: retires,
    })
}

/// A day, from a date, a moment or the seconds since 1970.
fn day(value: &Value) -> Option<String> {
    let date = match value {
        Value::String(text) => text.get(..10)?.parse::<jiff::civil::Date>().ok()?,
        Value::Number(seconds) => {
            jiff::Timestamp::from_second(seconds.as_i64()?).ok()?.to_zoned(jiff::tz::TimeZone::UTC).date()
        }
        _ => return None,
    };
    Some(date.to_string())
}

/// Dollars a token, as decimal texts. A negative price means that it depends on the route taken.
fn price(pricing: &Value) -> Option<Price> {
    let meter = |name: &str| {
        let dollars: f64 = pricing[name].as_str()?.parse().ok()?;
        // To nano-dollars a million tokens.
        let nanos = (dollars * 1e15).round();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the number was checked to be between 0 and 2^53"
        )]
        (0.0..9e15).contains(&nanos).then_some(nanos as u64)
    };
    Some(Price {
        input: meter("prompt")?,
        cached_input: meter("input_cache_read").filter(|&nanos| nanos > 0),
        cache_write: meter("input_cache_write").filter(|&nanos| nanos > 0),
        output: meter("completion")?,
        reasoning: meter("internal_reasoning").filter(|&nanos| nanos > 0),
        tiers: Vec::new(),
    })
}

fn capabilities(item: &Value) -> Capabilities {
    let says = |list: &str, word: &str| {
        let words = item.pointer(list)?.as_array()?;
        Some(words.iter().any(|one| one == word))
    };
    let can = |name: &str| item["capabilities"][name].as_bool();
    Capabilities {
        images: says("/architecture/input_modalities", "image").or_else(|| can("vision")),
        files: says("/architecture/input_modalities", "file"),
        tools: says("/supported_parameters", "tools").or_else(|| can("function_calling")),
        json_schema: says("/supported_parameters", "structured_outputs"),
        reasoning: says("/supported_parameters", "reasoning"),
        cache: None,
    }
}

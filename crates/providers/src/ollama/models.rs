//! The list of models: `{"models": [{"model", "details", "capabilities"}]}`. Older servers tell no
//! capabilities, and none told the length of the context.

use crate::wire::ModelPage;
use formaops_domain::{Capabilities, ListedModel};
use serde_json::Value;

pub(super) fn listed(list: &Value) -> Option<ModelPage> {
    let items = match &list["models"] {
        Value::Array(items) => items.as_slice(),
        // A server without any model says so.
        Value::Null if list.as_object()?.contains_key("models") => &[],
        _ => return None,
    };
    // A model that only embeds cannot be called.
    let chats = |item: &&Value| can(item, "completion").unwrap_or(true);
    Some(ModelPage::whole(items.iter().filter(chats).filter_map(model).collect()))
}

fn model(item: &Value) -> Option<ListedModel> {
    let id = item["model"].as_str().or_else(|| item["name"].as_str())?;
    let details = &item["details"];
    let shape: Vec<&str> = ["parameter_size", "quantization_level"]
        .iter()
        .filter_map(|name| details[*name].as_str().filter(|text| !text.is_empty()))
        .collect();
    Some(ListedModel {
        id: id.to_owned(),
        title: (!shape.is_empty()).then(|| format!("{id} ({})", shape.join(", "))),
        context_window: details["context_length"].as_u64().filter(|&tokens| tokens > 0),
        capabilities: Capabilities {
            images: can(item, "vision"),
            tools: can(item, "tools"),
            reasoning: can(item, "thinking"),
            ..Capabilities::default()
        },
        ..ListedModel::default()
    })
}

fn can(item: &Value, word: &str) -> Option<bool> {
    let words = item["capabilities"].as_array().filter(|words| !words.is_empty())?;
    Some(words.iter().any(|one| one == word))
}

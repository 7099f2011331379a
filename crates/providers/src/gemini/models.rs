//! The list of models: `{"models": [{"name": "models/ID", …}], "nextPageToken"}`.

use crate::wire::ModelPage;
use formaops_domain::{Capabilities, ListedModel};
use serde_json::Value;

/// The most models of a page that the server gives.
pub(super) const PAGE_SIZE: &str = "1000";

pub(super) fn listed(list: &Value) -> Option<ModelPage> {
    let next = list["nextPageToken"].as_str().filter(|token| !token.is_empty());
    let items = match &list["models"] {
        Value::Array(items) => items.as_slice(),
        // A page may hold nothing at all, and then says nothing of its models.
        Value::Null if next.is_some() || list.as_object()?.is_empty() => &[],
        _ => return None,
    };
    let models = items.iter().filter(|item| generates(item)).filter_map(model).collect();
    Some(ModelPage { models, next: next.map(|token| ("pageToken".to_owned(), token.to_owned())) })
}

/// Whether the model answers; others embed texts or make pictures.
fn generates(item: &Value) -> bool {
    let methods = item["supportedGenerationMethods"].as_array();
    methods.is_none_or(|methods| methods.iter().any(|method| method == "generateContent"))
}

fn model(item: &Value) -> Option<ListedModel> {
    let name = item["name"].as_str()?;
    let id = name.strip_prefix("models/").unwrap_or(name);
    let limit = |name: &str| item[name].as_u64().filter(|&tokens| tokens > 0);
    let title = item["displayName"].as_str().filter(|title| *title != id);
    Some(ListedModel {
        id: id.to_owned(),
        title: title.map(str::to_owned),
        context_window: limit("inputTokenLimit"),
        max_output_tokens: limit("outputTokenLimit"),
        capabilities: Capabilities { reasoning: item["thinking"].as_bool(), ..Capabilities::default() },
        ..ListedModel::default()
    })
}

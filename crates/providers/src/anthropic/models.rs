//! The list of models, a page at a time: `{"data": [{"id", "display_name", …}], "has_more", "last_id"}`.

use crate::wire::ModelPage;
use formaops_domain::{Capabilities, ListedModel};
use serde_json::Value;

pub(super) fn listed(list: &Value) -> Option<ModelPage> {
    let models = list["data"].as_array()?.iter().filter_map(model).collect();
    let last = list["last_id"].as_str().filter(|_| list["has_more"] == true);
    Some(ModelPage { models, next: last.map(|id| ("after_id".to_owned(), id.to_owned())) })
}

fn model(item: &Value) -> Option<ListedModel> {
    let id = item["id"].as_str()?;
    let tokens = |name: &str| item[name].as_u64().filter(|&tokens| tokens > 0);
    let can = |name: &str| item["capabilities"][name]["supported"].as_bool();
    let title = item["display_name"].as_str().filter(|title| !title.is_empty() && *title != id);
    Some(ListedModel {
        id: id.to_owned(),
        title: title.map(str::to_owned),
        context_window: tokens("max_input_tokens"),
        max_output_tokens: tokens("max_tokens"),
        capabilities: Capabilities {
            images: can("image_input"),
            files: can("pdf_input"),
            json_schema: can("structured_outputs"),
            reasoning: can("thinking"),
            ..Capabilities::default()
        },
        ..ListedModel::default()
    })
}

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Odd {
    pub any: serde_json::Value,
    #[serde(rename = "1st")]
    pub field_1st: String,
    #[serde(rename = "aB")]
    pub a_b: i64,
    #[serde(rename = "a_b")]
    pub a_b2: i64,
    #[serde(rename = "self", default, skip_serializing_if = "Option::is_none")]
    pub self_: Option<StringType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mixed: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub few: Option<Vec<serde_json::Value>>,
}

pub type StringType = String;

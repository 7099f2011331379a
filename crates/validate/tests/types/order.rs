use serde::{Deserialize, Serialize};

/// An order of a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Its number.
    /// Never used again. */
    pub id: i64,
    pub status: OrderStatus,
    pub lines: Vec<Line>,
    pub address: Address,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<std::collections::BTreeMap<String, String>>,
    pub size: (f64, f64),
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<OrderContact>,
    #[serde(rename = "shipping-mode", default, skip_serializing_if = "Option::is_none")]
    pub shipping_mode: Option<OrderShippingMode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#type: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum OrderStatus {
    #[serde(rename = "open")]
    Open,
    #[serde(rename = "sent")]
    Sent,
    #[serde(rename = "self")]
    SelfType,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OrderContact {
    Text(String),
    Object(OrderContactObject),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderContactObject {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum OrderShippingMode {
    #[serde(rename = "air")]
    Air,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub sku: String,
    pub count: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Address {
    pub city: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zip: Option<String>,
}

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    pub value: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Box<Tree>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub children: Option<Vec<Tree>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forest: Option<Box<Forest>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Forest(pub Vec<Forest>);

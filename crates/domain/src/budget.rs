//! Budgets: how much may be spent on what, in which time.

use crate::{BudgetId, Day, InvalidId, ModelRef, NanoUsd, PromptId, RunId, Timestamp, id::text_serde};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What the estimate of a request's tokens is taken times, in percent, for the most that it can come to.
pub const WORST_INPUT_PERCENT: u64 = 125;

/// What a message adds to the tokens of its text, for its role and its borders.
pub const MESSAGE_TOKENS: u64 = 8;

/// A limit to what may be spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Budget {
    /// Its identity.
    pub id: BudgetId,
    /// What it is for.
    pub scope: BudgetScope,
    /// The time it is for.
    pub period: Period,
    /// How much that is.
    pub cap_usd: NanoUsd,
    /// What happens at the cap.
    pub kind: BudgetKind,
    /// When it was made. A budget for once counts from then on.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// What a budget is for: `workspace`, `provider:NAME`, `model:PROVIDER:MODEL` or `prompt:ID`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BudgetScope {
    /// Everything.
    Workspace,
    /// All calls of a provider, by its name.
    Provider(String),
    /// All calls of a model.
    Model(ModelRef),
    /// All executions of a prompt.
    Prompt(PromptId),
}

/// Why a text is no scope of a budget.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is nothing a budget can be for: write `workspace`, `provider:NAME`, `model:PROVIDER:MODEL` or `prompt:ID`"
)]
pub struct InvalidBudgetScope(pub String);

impl fmt::Display for BudgetScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workspace => f.write_str("workspace"),
            Self::Provider(name) => write!(f, "provider:{name}"),
            Self::Model(model) => write!(f, "model:{model}"),
            Self::Prompt(id) => write!(f, "prompt:{id}"),
        }
    }
}

impl FromStr for BudgetScope {
    type Err = InvalidBudgetScope;

    fn from_str(text: &str) -> Result<Self, InvalidBudgetScope> {
        let wrong = || InvalidBudgetScope(text.to_owned());
        match text.split_once(':') {
            None if text == "workspace" => Ok(Self::Workspace),
            Some(("provider", name)) if !name.is_empty() && !name.contains(':') => {
                Ok(Self::Provider(name.to_owned()))
            }
            Some(("model", model)) => model.parse().map(Self::Model).map_err(|_| wrong()),
            Some(("prompt", id)) => id.parse().map(Self::Prompt).map_err(|_: InvalidId| wrong()),
            _ => Err(wrong()),
        }
    }
}

text_serde!(BudgetScope, "^(workspace|provider:[^:]+|model:[^:]+:.+|prompt:prm_[0-9a-z]{26})$");

/// The time a budget is for. Days and months are those of the workspace's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    /// From when it was made on, for ever.
    Once,
    /// Each day anew.
    Day,
    /// Each month anew.
    Month,
}

impl Period {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Once, Self::Day, Self::Month];

    /// The first day of the period that `today` is in; `None` for the one that never ends.
    #[must_use]
    pub fn start(self, today: Day) -> Option<Day> {
        match self {
            Self::Once => None,
            Self::Day => Some(today),
            Self::Month => Some(today.first_of_month()),
        }
    }
}

/// What happens where a budget is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BudgetKind {
    /// No call is made that could go past it.
    Hard,
    /// It is told, and nothing is stopped.
    Soft,
}

/// A budget and how much of it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BudgetState {
    /// The budget.
    #[serde(flatten)]
    pub budget: Budget,
    /// What was spent in its present period. It can be over the cap: what a provider says counts.
    pub settled_usd: NanoUsd,
    /// The most that the calls under way can cost.
    pub reserved_usd: NanoUsd,
}

/// A budget is nearly used up, or is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BudgetAlert {
    /// The budget as it is now.
    pub state: BudgetState,
    /// The share of the cap that was passed: 80 or 100.
    pub percent: u8,
}

/// Who a call is paid by: every budget that is for one of these has a share in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Payer {
    /// The run.
    pub run: RunId,
    /// The prompt.
    pub prompt: PromptId,
    /// The model, and with it the provider.
    pub model: ModelRef,
}

/// What was spent on something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Spend {
    /// The day, provider, model or prompt.
    pub key: String,
    /// A name for people, where the key is not one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How many attempts there were, failed ones too.
    pub attempts: u64,
    /// Tokens of their requests.
    pub input_tokens: u64,
    /// Tokens of their answers.
    pub output_tokens: u64,
    /// What they cost; unknown costs count as nothing.
    pub cost_usd: NanoUsd,
}

/// What spend is summed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SpendBy {
    /// Day by day.
    #[default]
    Day,
    /// By provider.
    Provider,
    /// By model.
    Model,
    /// By prompt.
    Prompt,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_read_back_from_its_text() {
        let prompt = PromptId::from_bytes(&[7; 16]).unwrap();
        let model: ModelRef = "ollama:llama3:8b".parse().unwrap();
        for (scope, text) in [
            (BudgetScope::Workspace, "workspace".to_owned()),
            (BudgetScope::Provider("openai".to_owned()), "provider:openai".to_owned()),
            (BudgetScope::Model(model), "model:ollama:llama3:8b".to_owned()),
            (BudgetScope::Prompt(prompt), format!("prompt:{prompt}")),
        ] {
            assert_eq!(scope.to_string(), text);
            assert_eq!(text.parse::<BudgetScope>(), Ok(scope));
        }
        for bad in ["", "workspaces", "provider:", "provider:a:b", "model:gpt", "prompt:greet", "run:x"] {
            assert!(bad.parse::<BudgetScope>().is_err(), "{bad}");
        }
    }
}

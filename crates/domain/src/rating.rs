//! What people say of answers: ratings, and which of two they like better.

use crate::{ActorId, ExecutionId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a person says of an answer: whether it holds, how well, or only a note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rating {
    /// The answer's execution.
    pub execution_id: ExecutionId,
    /// Who says it.
    pub rated_by: ActorId,
    /// Whether it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<RatingVerdict>,
    /// How well, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Why, or what else there is to say.
    pub note: String,
    /// When it was first said.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Rating {
    /// The most characters of a note.
    pub const MOST_NOTE: usize = 4_000;

    /// How well the answer is, from 0 to 1: by the score, else by the verdict; none where it is only a note.
    #[must_use]
    pub fn grade(&self) -> Option<f64> {
        self.score.or_else(|| self.verdict.map(|verdict| f64::from(u8::from(verdict == RatingVerdict::Pass))))
    }
}

/// Whether an answer holds, as a person sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RatingVerdict {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
}

/// Which of two answers to a case a person likes better.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preference {
    /// The answer of the column that stands first.
    pub one: ExecutionId,
    /// The answer of the other column.
    pub other: ExecutionId,
    /// Who says it.
    pub decided_by: ActorId,
    /// Which of them.
    pub choice: Preferred,
    /// When.
    pub decided_at: Timestamp,
}

/// Which of two is liked better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Preferred {
    /// The first.
    One,
    /// The second.
    Other,
    /// Neither.
    Same,
}

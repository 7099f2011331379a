//! What a rule finds, before it is known whether it was to be found.

use formaops_domain::Ask;
use serde_json::Value;

/// What a rule found.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    /// Whether the rule holds.
    pub(crate) holds: bool,
    /// How well.
    pub(crate) score: Score,
    /// What is so, for people: it is told of a rule that holds, and of its opposite where that does not.
    pub(crate) message: String,
    /// What is so, for programs.
    pub(crate) detail: Option<Value>,
}

/// How well a rule holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Score {
    /// 1 where what was asked for holds, else 0.
    OfVerdict,
    /// This; under `not-`, what it lacks of 1.
    Graded(f64),
    /// This, under `not-` too.
    Kept(f64),
}

/// Why a rule has no finding.
#[derive(Debug)]
pub(crate) enum Halt {
    /// It needs to know something.
    Ask(Ask),
    /// It cannot be decided; the text says why, for people.
    Error(String),
}

impl Finding {
    pub(crate) fn new(holds: bool, message: impl Into<String>) -> Self {
        Self { holds, score: Score::OfVerdict, message: message.into(), detail: None }
    }

    pub(crate) fn graded(self, score: f64) -> Self {
        Self { score: Score::Graded(score), ..self }
    }

    pub(crate) fn kept(self, score: f64) -> Self {
        Self { score: Score::Kept(score), ..self }
    }

    pub(crate) fn with_detail(self, detail: Value) -> Self {
        Self { detail: Some(detail), ..self }
    }

    /// What is found where the opposite is asked for.
    pub(crate) fn turned_round(self) -> Self {
        let score = match self.score {
            Score::Graded(score) => Score::Graded(1.0 - score),
            score => score,
        };
        Self { holds: !self.holds, score, ..self }
    }
}

//! # similar
//!
//! **What it checks.** The answer means about the same as a text, by the vectors that an embedding model makes of both.
//! `similar` and `similar:cosine` measure the cosine of the angle between them, `similar:dot` their product,
//! `similar:euclidean` how far they are apart (at most the threshold; its score is 1 / (1 + distance)).
//!
//! **Value.** The text, or a list of texts of which one must be near; under `not-`, none may be.
//!
//! **Threshold.** The least similarity, or the most distance, that passes; 0.75 where there is none.
//!
//! The embedding model is the `model` of the assertion, else the one that is set for vectors. It is asked at the provider's
//! own address for vectors (OpenAI and compatible servers, Azure, Ollama, Gemini); the built-in `dry-run:echo` makes some by
//! the words of a text. A text is asked for once in a run. An empty answer has no vector, and is an error.
//!
//! **Example.**
//!
//! ```yaml
//! - type: similar
//!   value: The parcel has been sent.
//!   threshold: 0.8
//! ```
//!
//! **Differences from promptfoo.** All texts are measured, and the nearest one is told.

use super::{Case, Decided, Mistake, Rule, value};
use crate::{
    evaluate::Replay,
    finding::{Finding, Halt},
    problem::bounded,
};
use formaops_domain::{Answer, Ask, Assertion};

pub(super) const RULE: Rule = Rule {
    names: &["similar", "similar:cosine", "similar:dot", "similar:euclidean"],
    source: include_str!("similar.rs"),
    mistakes,
    decide,
    is_quick: false,
};

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    value::texts(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, replay: &mut Replay<'_>) -> Decided {
    let references = value::texts(case.assertion)?;
    let texts =
        || [case.text.as_ref()].into_iter().chain(references.iter().copied()).map(str::to_owned).collect();
    let answer = replay.ask(|| Ask::Embedding { model: case.assertion.model.clone(), texts: texts() })?;
    let unusable =
        || Halt::Error("the embedding model did not answer with a vector for each text".to_owned());
    let Answer::Vectors(vectors) = answer else { return Err(unusable()) };
    let [answer, others @ ..] = vectors.as_slice() else { return Err(unusable()) };
    let is_sound = |other: &Vec<f32>| other.len() == answer.len() && !answer.is_empty();
    if others.len() != references.len() || !others.iter().all(is_sound) {
        return Err(unusable());
    }
    let threshold = case.assertion.threshold.unwrap_or(0.75);
    let is_distance = case.name == "similar:euclidean";
    let measure = match case.name {
        "similar:dot" => dot,
        "similar:euclidean" => distance,
        _ => cosine,
    };
    let measured = others.iter().map(|other| measure(answer, other)).zip(&references);
    let nearest = measured.min_by(
        |(one, _), (other, _)| {
            if is_distance { one.total_cmp(other) } else { other.total_cmp(one) }
        },
    );
    let Some((found, text)) = nearest.filter(|(found, _)| found.is_finite()) else { return Err(unusable()) };
    // What is just at the threshold passes, under `not-` too.
    let margin = if case.is_inverse { -f64::EPSILON } else { f64::EPSILON };
    let (holds, score) = if is_distance {
        (found <= threshold + margin, 1.0 / (1.0 + found))
    } else {
        (found >= threshold - margin, found)
    };
    let (title, side) = match (is_distance, holds) {
        (true, true) => ("distance", "not above"),
        (true, false) => ("distance", "above"),
        (false, true) => ("similarity", "not below"),
        (false, false) => ("similarity", "below"),
    };
    let message =
        format!("the {title} of the answer to `{}` is {found:.3}, {side} {threshold}", bounded(text, 120));
    Ok(Finding::new(holds, message).graded(score))
}

fn dot(one: &[f32], other: &[f32]) -> f64 {
    one.iter().zip(other).map(|(one, other)| f64::from(*one) * f64::from(*other)).sum()
}

fn cosine(one: &[f32], other: &[f32]) -> f64 {
    let lengths = dot(one, one).sqrt() * dot(other, other).sqrt();
    if lengths == 0.0 { 0.0 } else { dot(one, other) / lengths }
}

fn distance(one: &[f32], other: &[f32]) -> f64 {
    let squares = one.iter().zip(other).map(|(one, other)| (f64::from(*one) - f64::from(*other)).powi(2));
    squares.sum::<f64>().sqrt()
}

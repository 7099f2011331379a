//! Two columns beside each other without their names: which answer a person likes better, case by case.

use super::{MOST_ITEMS, column_title};
use crate::{ApiError, App, Caller};
use formaops_domain::{ExecutionId, JsonObject, Noun, Preference, Preferred, Run, RunId, canonical_hash};
use formaops_store::Pair;
use formaops_validate::statistics::{Liking, liking};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Asks for pairs of answers of two columns, in an order and with sides that tell nothing.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListBlind {
    /// The run.
    pub id: RunId,
    /// A column, from 0.
    pub one: u32,
    /// Another column, from 0.
    pub other: u32,
    /// What order and sides are drawn from: the same seed gives the same.
    #[serde(default)]
    pub seed: u32,
    /// The most pairs, 1 to 1,000; 200 where absent.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Pairs of answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlindPairs {
    /// The pairs, in the order in which they are shown.
    pub pairs: Vec<BlindPair>,
    /// How many there are in all. Cases of which a column has no answer, and those to which both say the same, are none.
    pub total: u32,
}

/// Two answers to a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlindPair {
    /// The case, from 0.
    pub case: u32,
    /// Its name; empty where it has none.
    pub name: String,
    /// Its inputs, with sensitive values masked.
    pub inputs: JsonObject,
    /// The answer on the left.
    pub left: ExecutionId,
    /// The answer on the right.
    pub right: ExecutionId,
    /// What the caller has said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<BlindSide>,
}

/// Which of two answers is better, by where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BlindSide {
    /// The one on the left.
    Left,
    /// The one on the right.
    Right,
    /// Neither.
    Same,
}

/// Says which of two answers is better.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChooseBlind {
    /// The run.
    pub id: RunId,
    /// The answer on the left.
    pub left: ExecutionId,
    /// The answer on the right.
    pub right: ExecutionId,
    /// Which is better; absent to take back what was said.
    #[serde(default)]
    pub choice: Option<BlindSide>,
}

/// What is kept of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlindChoice {
    /// Which answer is better; absent where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<BlindSide>,
}

/// Asks which of two columns is liked better.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetBlindOutcome {
    /// The run.
    pub id: RunId,
    /// A column, from 0.
    pub one: u32,
    /// Another column, from 0.
    pub other: u32,
}

/// Which of two columns the caller likes better.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlindOutcome {
    /// What the first column is called.
    pub one: String,
    /// What the other column is called.
    pub other: String,
    /// What came of it.
    pub liking: Liking,
    /// How many pairs are not decided.
    pub left_over: u32,
}

/// The pairs that are shown where nobody says how many.
const USUAL: u32 = 200;

pub(crate) async fn preference_list(
    app: &App,
    caller: &Caller,
    request: ListBlind,
) -> Result<BlindPairs, ApiError> {
    let run = app.store.get_run(request.id).await?;
    let columns = columns(&run, request.one, request.other)?;
    let limit = request.limit.unwrap_or(USUAL).clamp(1, MOST_ITEMS) as usize;
    let mut pairs = app.store.list_pairs(run.id, columns, app.actor(caller)).await?;
    let total = u32::try_from(pairs.len()).unwrap_or(u32::MAX);
    let drawn = |pair: &Pair| canonical_hash(&json!([request.seed, pair.one, pair.other]));
    pairs.sort_by_cached_key(drawn);
    pairs.truncate(limit);
    let places: Vec<u32> = pairs.iter().map(|pair| pair.case).collect();
    let cases = app.store.list_cases_at(run.id, &places).await?;
    let pairs = pairs.into_iter().zip(cases).map(|(pair, case)| {
        // Another byte than those that the order begins with, so that a side does not follow from a place.
        let is_turned = drawn(&pair)[31] & 1 == 1;
        let (left, right) = if is_turned { (pair.other, pair.one) } else { (pair.one, pair.other) };
        let choice = pair.choice.map(|choice| side(choice, is_turned));
        BlindPair { case: pair.case, name: case.name, inputs: case.inputs, left, right, choice }
    });
    Ok(BlindPairs { pairs: pairs.collect(), total })
}

const fn side(choice: Preferred, is_turned: bool) -> BlindSide {
    match (choice, is_turned) {
        (Preferred::Same, _) => BlindSide::Same,
        (Preferred::One, false) | (Preferred::Other, true) => BlindSide::Left,
        (Preferred::Other, false) | (Preferred::One, true) => BlindSide::Right,
    }
}

pub(crate) async fn preference_put(
    app: &App,
    caller: &Caller,
    request: ChooseBlind,
) -> Result<BlindChoice, ApiError> {
    let left = app.store.get_execution(request.left).await?;
    let right = app.store.get_execution(request.right).await?;
    let belong = |execution: &formaops_domain::Execution| execution.run_id == request.id;
    if !belong(&left) || !belong(&right) || left.case != right.case || left.variant == right.variant {
        let message = "these are not two answers of the run to the same case";
        return Err(ApiError::invalid("right", message));
    }
    // The column that stands first comes first, wherever its answer was shown.
    let is_turned = left.variant > right.variant;
    let (one, other) = if is_turned { (right.id, left.id) } else { (left.id, right.id) };
    let decided_by = app.actor(caller);
    match request.choice {
        None => app.store.delete_preference(one, other, decided_by).await?,
        Some(side) => {
            let choice = match (side, is_turned) {
                (BlindSide::Same, _) => Preferred::Same,
                (BlindSide::Left, false) | (BlindSide::Right, true) => Preferred::One,
                (BlindSide::Right, false) | (BlindSide::Left, true) => Preferred::Other,
            };
            let preference = Preference { one, other, decided_by, choice, decided_at: app.now() };
            app.store.put_preference(preference).await?;
        }
    }
    app.changed(Noun::Run, request.id);
    Ok(BlindChoice { choice: request.choice })
}

pub(crate) async fn preference_summary(
    app: &App,
    caller: &Caller,
    request: GetBlindOutcome,
) -> Result<BlindOutcome, ApiError> {
    let run = app.store.get_run(request.id).await?;
    let (one, other) = columns(&run, request.one, request.other)?;
    let pairs = app.store.list_pairs(run.id, (one, other), app.actor(caller)).await?;
    let count = |wanted: Option<Preferred>| {
        u32::try_from(pairs.iter().filter(|pair| pair.choice == wanted).count()).unwrap_or(u32::MAX)
    };
    let liking =
        liking(count(Some(Preferred::One)), count(Some(Preferred::Other)), count(Some(Preferred::Same)));
    let title = |column: u32| column_title(&run, column);
    Ok(BlindOutcome { one: title(one), other: title(other), liking, left_over: count(None) })
}

/// Two columns of a run, the one that stands first first: what is said of them is said once.
fn columns(run: &Run, one: u32, other: u32) -> Result<(u32, u32), ApiError> {
    let count = run.variants.len();
    let (first, second) = (one.min(other), one.max(other));
    if first == second || second as usize >= count {
        let message = format!("name two of the {count} columns of the run, counted from 0");
        return Err(ApiError::invalid("other", message));
    }
    Ok((first, second))
}

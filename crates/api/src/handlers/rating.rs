//! What people say of answers.

use crate::{ApiError, App, Caller};
use formaops_domain::{ActorId, ExecutionId, Noun, Page, Rating, RatingVerdict, RunId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Says of an answer whether it holds, how well, or only a note; in place of what the caller said before.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetRating {
    /// The execution, which has ended.
    pub id: ExecutionId,
    /// Whether it holds.
    #[serde(default)]
    pub verdict: Option<RatingVerdict>,
    /// How well, from 0 to 1.
    #[serde(default)]
    pub score: Option<f64>,
    /// Why; at most 4,000 characters.
    #[serde(default)]
    pub note: String,
}

/// Takes back what the caller said of an answer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteRating {
    /// The execution.
    pub id: ExecutionId,
}

/// Asks what people say of the answers of a run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListRatings {
    /// The run.
    pub id: RunId,
}

/// What people say of the answers of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunRatings {
    /// Who asks: the ratings of this one are one's own.
    pub me: ActorId,
    /// The ratings of the newest answers, by case, repeat and column.
    pub ratings: Vec<Rating>,
}

/// What people say of the answers of a column, beside what its rules say.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ColumnRatings {
    /// How many ratings there are.
    pub rated: u32,
    /// How many of them say that the answer holds.
    pub passed: u32,
    /// How many say that it does not.
    pub failed: u32,
    /// The mean of their scores, from 0 to 1, where a verdict without a score counts as 1 or 0; absent where there are
    /// neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
}

impl ColumnRatings {
    pub(super) fn of<'a>(ratings: impl IntoIterator<Item = &'a Rating>) -> Self {
        let (mut column, mut sum, mut grades) = (Self::default(), 0.0, 0u32);
        for rating in ratings {
            column.rated += 1;
            column.passed += u32::from(rating.verdict == Some(RatingVerdict::Pass));
            column.failed += u32::from(rating.verdict == Some(RatingVerdict::Fail));
            if let Some(grade) = rating.grade() {
                sum += grade;
                grades += 1;
            }
        }
        column.score = (grades > 0).then(|| sum / f64::from(grades));
        column
    }
}

pub(crate) async fn rating_set(app: &App, caller: &Caller, request: SetRating) -> Result<Rating, ApiError> {
    let SetRating { id, verdict, score, note } = request;
    if let Some(score) = score.filter(|score| !(0.0..=1.0).contains(score)) {
        return Err(ApiError::invalid("score", format!("`score` must be between 0 and 1, got {score}")));
    }
    let note = note.trim().to_owned();
    let length = note.chars().count();
    if length > Rating::MOST_NOTE {
        let message = format!("a note has at most {} characters, got {length}", Rating::MOST_NOTE);
        return Err(ApiError::invalid("note", message));
    }
    if verdict.is_none() && score.is_none() && note.is_empty() {
        return Err(ApiError {
            hint: "Give a verdict, a score or a note, or take the rating back with `rating_delete`."
                .to_owned(),
            ..ApiError::invalid("verdict", "a rating says something")
        });
    }
    let (by, now) = (app.actor(caller), app.now());
    let rating =
        Rating { execution_id: id, rated_by: by, verdict, score, note, created_at: now, updated_at: now };
    let run = app.store.get_execution(id).await?.run_id;
    let kept = app.store.put_rating(rating).await?;
    app.changed(Noun::Run, run);
    Ok(kept)
}

pub(crate) async fn rating_delete(
    app: &App,
    caller: &Caller,
    request: DeleteRating,
) -> Result<Page<Rating>, ApiError> {
    let run = app.store.get_execution(request.id).await?.run_id;
    app.store.delete_rating(request.id, app.actor(caller)).await?;
    app.changed(Noun::Run, run);
    Ok(Page::whole(app.store.list_ratings(&[request.id]).await?))
}

pub(crate) async fn rating_list(
    app: &App,
    caller: &Caller,
    request: ListRatings,
) -> Result<RunRatings, ApiError> {
    app.store.get_run(request.id).await?;
    let ratings = app.store.list_run_ratings(request.id).await?;
    let ratings = ratings.into_iter().map(|(_, rating)| rating).collect();
    Ok(RunRatings { me: app.actor(caller), ratings })
}

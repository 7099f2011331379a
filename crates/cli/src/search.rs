//! `formaops search`: what has some words, each with the lines where they stand.

use crate::{Ending, output};
use formaops_api::{ApiError, ErrorCode, Session};
use formaops_domain::{Hit, HitRecord, MatchPlace, Page};
use serde_json::Value;

/// The operation that finds.
pub(crate) const OPERATION: &str = "hit_list";

pub(crate) async fn perform(session: &Session, request: Value, as_json: bool) -> Result<Ending, ApiError> {
    let answer = session.call(OPERATION, request).await?;
    if as_json {
        output::json(&answer);
        return Ok(Ending::Done);
    }
    let page: Page<Hit> = serde_json::from_value(answer).map_err(|error| {
        ApiError::new(ErrorCode::Internal, format!("the answer of `{OPERATION}`: {error}"), "")
    })?;
    if page.items.is_empty() {
        output::line_to_stderr("Nothing has all of these words.");
    }
    for hit in &page.items {
        output::line(&output::visible(&title(hit)));
        for place in &hit.places {
            output::line(&format!("    {}", output::visible(&line(place))));
        }
    }
    if let Some(next) = page.next {
        output::line(&format!("more: --cursor {next}"));
    }
    Ok(Ending::Done)
}

/// What was found, by the name that other commands take.
fn title(hit: &Hit) -> String {
    let name = &hit.prompt_name;
    match &hit.record {
        HitRecord::Prompt { .. } if hit.prompt_title.is_empty() => name.to_string(),
        HitRecord::Prompt { .. } => format!("{name} ({})", hit.prompt_title),
        HitRecord::Version { number, .. } => format!("{name}@v{number}"),
        HitRecord::Execution { execution_id, model, .. } => format!("{name} on {model}: {execution_id}"),
    }
}

/// A place in one line, the words that were found between brackets.
fn line(place: &MatchPlace) -> String {
    let pieces = place
        .text
        .iter()
        .map(|piece| if piece.found { format!("[{}]", piece.text) } else { piece.text.clone() });
    pieces.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

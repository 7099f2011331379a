//! A `transform` of an assertion: JavaScript that makes of the answer what is checked.

use super::function;
use crate::{
    evaluate::{Replay, Subject},
    finding::Halt,
};
use formaops_domain::Assertion;
use serde_json::Value;

/// What the transform of an assertion makes of the answer; none where it has none.
pub(super) fn apply(
    assertion: &Assertion,
    subject: &Subject<'_>,
    replay: &mut Replay<'_>,
) -> Result<Option<Value>, Halt> {
    let Some(source) = &assertion.transform else { return Ok(None) };
    let output = Value::from(subject.output);
    let made = function::call(source, &output, || function::context(subject, &assertion.config), replay)?;
    if made.is_null() {
        let shown = function::shown(source);
        return Err(Halt::Error(format!("the transform `{shown}` returned nothing. Let it return a value")));
    }
    Ok(Some(made.clone()))
}

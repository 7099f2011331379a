//! Values of sensitive variables, which are never stored.

use crate::ApiError;
use formaops_domain::{JsonObject, Variable};

/// What stands in the store for the value of a sensitive variable.
pub(super) const MASK: &str = "[redacted]";

/// The inputs as they are stored, and the true values of what is masked in them.
pub(super) fn mask(variables: &[Variable], mut inputs: JsonObject) -> (JsonObject, JsonObject) {
    let mut sensitive = JsonObject::new();
    for variable in variables.iter().filter(|variable| variable.sensitive) {
        if let Some(value) = inputs.get_mut(&variable.name).filter(|value| !value.is_null()) {
            sensitive.insert(variable.name.clone(), std::mem::replace(value, MASK.into()));
        }
    }
    (inputs, sensitive)
}

/// The inputs of an earlier run with the sensitive values that are given again.
pub(super) fn unmask(
    variables: &[Variable],
    mut stored: JsonObject,
    mut given: JsonObject,
) -> Result<JsonObject, ApiError> {
    for variable in variables.iter().filter(|variable| variable.sensitive) {
        let Some(value) = stored.get_mut(&variable.name).filter(|value| !value.is_null()) else { continue };
        match given.remove(&variable.name) {
            Some(again) => *value = again,
            None => {
                return Err(ApiError {
                    hint: "Give it again: values of sensitive variables are never stored.".to_owned(),
                    ..ApiError::invalid(
                        &format!("inputs.{}", variable.name),
                        format!("the value of `{}` was not kept", variable.name),
                    )
                });
            }
        }
    }
    Ok(stored)
}

//! Variables, by name and field by field.

use super::{Conflict, ConflictPlace, MergedList, Three, fields, list::List};
use crate::{Variable, VariableType};

/// Merges variables. The type and what only means something with it (default, options, limits, pattern, schema) are
/// mixed only where both sides agree on the type.
pub(super) fn merge(items: Three<&[Variable]>, conflicts: &mut Vec<Conflict>) -> Vec<Variable> {
    List { items, kind: MergedList::Variables, pointer: "/variables" }.merge_named(
        |variable| &variable.name,
        |_, variable| ConflictPlace::Variable { name: variable.name.clone(), field: None },
        |values, index, conflicts| merge_one(values, &format!("/variables/{index}"), conflicts),
        conflicts,
    )
}

fn merge_one(
    values: Three<Option<&Variable>>,
    pointer: &str,
    conflicts: &mut Vec<Conflict>,
) -> Option<Variable> {
    let (ours, theirs) = (values.ours?, values.theirs?);
    let place =
        |field: Option<&String>| ConflictPlace::Variable { name: ours.name.clone(), field: field.cloned() };
    if ours.kind == theirs.kind {
        return fields::each(values, &|path| place(path.first()), pointer, conflicts);
    }
    let kinds = values.map(|value| value.map(typed));
    let Ok(Some(kind)) = kinds.as_ref().map(Option::as_ref).settled() else {
        return fields::whole(values, || place(None), pointer, conflicts);
    };
    // With the same type on all sides only the other fields are left to merge.
    let plain = values.map(|value| value.map(|value| with_type_of(value, kind)));
    fields::each(plain.as_ref().map(Option::as_ref), &|path| place(path.first()), pointer, conflicts)
}

/// The variable with nothing but its type and what depends on it.
fn typed(variable: &Variable) -> Variable {
    let nothing = Variable::new(variable.name.clone(), VariableType::String);
    with_type_of(&nothing, variable)
}

/// The variable with the type of another, and what depends on it.
fn with_type_of(variable: &Variable, other: &Variable) -> Variable {
    Variable {
        name: variable.name.clone(),
        required: variable.required,
        description: variable.description.clone(),
        sensitive: variable.sensitive,
        ..other.clone()
    }
}

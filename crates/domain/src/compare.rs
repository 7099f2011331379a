//! What changed between two contents, by meaning.
//!
//! ```
//! use formaops_domain::{Body, Content, Role, compare::{ContentChange, compare}};
//!
//! let of = |messages: &[(Role, &str)]| Content { body: Body::messages(messages.iter().copied()), ..Content::default() };
//! let changes = compare(&of(&[(Role::User, "Hi")]), &of(&[(Role::User, "Hi"), (Role::Assistant, "Sure:")]));
//! assert_eq!(changes, [ContentChange::MessageAdded { index: 1, role: Role::Assistant }]);
//! ```
//!
//! Invariant: there are no changes where, and only where, the contents are equal.

use crate::{
    Attachment, Body, Content, JsonObject, Message, ModelRef, Parameters, Role, TemplateEngine, Variable,
    VariableType,
    merge::{MergedList, messages::matches},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use similar::{Algorithm, ChangeTag, DiffOp, TextDiff, capture_diff_slices};
use std::{collections::HashMap, fmt};

/// One change. Places in lists are counted from 0; of what is removed, in the older content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields say what they are: names, places, and what was and is")]
pub enum ContentChange {
    /// A text became messages, or messages a text.
    BodyChanged { messages: bool },
    /// Lines of the one text.
    TextChanged { added: usize, removed: usize },
    /// A message that was not there.
    MessageAdded { index: usize, role: Role },
    /// A message that is not there any more.
    MessageRemoved { index: usize, role: Role },
    /// A message in another place among the others.
    MessageMoved { from: usize, index: usize, role: Role },
    /// Another role of a message.
    RoleChanged { index: usize, from: Role, to: Role },
    /// Lines of a message.
    MessageChanged { index: usize, role: Role, added: usize, removed: usize },
    /// An image or a file that was not there.
    AttachmentAdded { index: usize, name: String },
    /// An image or a file that is not there any more.
    AttachmentRemoved { index: usize, name: String },
    /// Other bytes, or another type, under the same name.
    AttachmentChanged { index: usize, name: String },
    /// A variable that was not there.
    VariableAdded { name: String, to: VariableType },
    /// A variable that is not there any more.
    VariableRemoved { name: String },
    /// The same variable under another name.
    VariableRenamed { from: String, name: String },
    /// Another type of a variable.
    VariableRetyped { name: String, from: VariableType, to: VariableType },
    /// Whether a run needs a value of it.
    VariableRequired { name: String, required: bool },
    /// Another field of a variable, as on the wire; absent where it is not set.
    VariableChanged { name: String, field: String, from: Option<Value>, to: Option<Value> },
    /// Another language of the templates.
    EngineChanged { from: TemplateEngine, to: TemplateEngine },
    /// Another model; absent where none is suggested.
    ModelChanged { from: Option<ModelRef>, to: Option<ModelRef> },
    /// A parameter, by the names that lead to it, such as `temperature`, or `extra` and `top_a`.
    ParameterChanged { path: Vec<String>, from: Option<Value>, to: Option<Value> },
    /// A tool that was not there.
    ToolAdded { name: String },
    /// A tool that is not there any more.
    ToolRemoved { name: String },
    /// Another description or other arguments of a tool.
    ToolChanged { name: String },
    /// A validation that was not there.
    ValidationAdded { name: String },
    /// A validation that is not there any more.
    ValidationRemoved { name: String },
    /// Another rule of a validation.
    ValidationChanged { name: String },
    /// The same in another order.
    Reordered { list: MergedList },
}

/// All that changed from one content to the next: body, language, variables, settings, validations.
#[must_use]
pub fn compare(from: &Content, to: &Content) -> Vec<ContentChange> {
    let mut changes = Vec::new();
    compare_bodies(&from.body, &to.body, &mut changes);
    if from.engine != to.engine {
        changes.push(ContentChange::EngineChanged { from: from.engine, to: to.engine });
    }
    compare_variables(&from.variables, &to.variables, &mut changes);
    if from.settings.model != to.settings.model {
        let (from, to) = (from.settings.model.clone(), to.settings.model.clone());
        changes.push(ContentChange::ModelChanged { from, to });
    }
    compare_parameters(&from.settings.parameters, &to.settings.parameters, &mut changes);
    let words = Words {
        list: MergedList::Tools,
        added: &|name| ContentChange::ToolAdded { name },
        removed: &|name| ContentChange::ToolRemoved { name },
        changed: &|name| ContentChange::ToolChanged { name },
    };
    let (old, new) = (&from.settings.parameters.tools, &to.settings.parameters.tools);
    compare_named(old, new, |tool| &tool.name, &words, &mut changes);
    let words = Words {
        list: MergedList::Validations,
        added: &|name| ContentChange::ValidationAdded { name },
        removed: &|name| ContentChange::ValidationRemoved { name },
        changed: &|name| ContentChange::ValidationChanged { name },
    };
    compare_named(&from.validations, &to.validations, |validation| &validation.name, &words, &mut changes);
    changes
}

fn compare_bodies(from: &Body, to: &Body, changes: &mut Vec<ContentChange>) {
    match (from, to) {
        (Body::Text { template: from }, Body::Text { template: to }) => {
            if let Some((added, removed)) = changed_lines(from, to) {
                changes.push(ContentChange::TextChanged { added, removed });
            }
        }
        (Body::Messages { messages: from }, Body::Messages { messages: to }) => {
            compare_messages(from, to, changes);
        }
        (_, to) => changes.push(ContentChange::BodyChanged { messages: matches!(to, Body::Messages { .. }) }),
    }
}

/// How many lines were added and removed; nothing where the texts are equal.
fn changed_lines(from: &str, to: &str) -> Option<(usize, usize)> {
    if from == to {
        return None;
    }
    let diff = TextDiff::from_lines(from, to);
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    Some((count(ChangeTag::Insert), count(ChangeTag::Delete)))
}

fn compare_messages(from: &[Message], to: &[Message], changes: &mut Vec<ContentChange>) {
    let was = matches(from, to);
    for (index, message) in from.iter().enumerate() {
        if !was.contains(&Some(index)) {
            changes.push(ContentChange::MessageRemoved { index, role: message.role });
        }
    }
    let moved = moved(&was.iter().flatten().copied().collect::<Vec<_>>());
    for (index, (message, was)) in to.iter().zip(was).enumerate() {
        let Some(was) = was else {
            changes.push(ContentChange::MessageAdded { index, role: message.role });
            continue;
        };
        let (old, role) = (&from[was], message.role);
        if moved.contains(&was) {
            changes.push(ContentChange::MessageMoved { from: was, index, role });
        }
        if old.role != role {
            changes.push(ContentChange::RoleChanged { index, from: old.role, to: role });
        }
        if let Some((added, removed)) = changed_lines(&old.template, &message.template) {
            changes.push(ContentChange::MessageChanged { index, role, added, removed });
        }
        compare_attachments(&old.attachments, &message.attachments, index, changes);
    }
}

/// The places that stand in another order among the others than they did: as few as explain it.
fn moved(places: &[usize]) -> Vec<usize> {
    let mut sorted = places.to_vec();
    sorted.sort_unstable();
    let kept = capture_diff_slices(Algorithm::Myers, &sorted, places).into_iter().flat_map(|op| match op {
        DiffOp::Equal { new_index, len, .. } => new_index..new_index + len,
        _ => 0..0,
    });
    let kept: Vec<_> = kept.map(|index| places[index]).collect();
    places.iter().copied().filter(|place| !kept.contains(place)).collect()
}

fn compare_attachments(
    from: &[Attachment],
    to: &[Attachment],
    index: usize,
    changes: &mut Vec<ContentChange>,
) {
    let words = Words {
        list: MergedList::Attachments,
        added: &|name| ContentChange::AttachmentAdded { index, name },
        removed: &|name| ContentChange::AttachmentRemoved { index, name },
        changed: &|name| ContentChange::AttachmentChanged { index, name },
    };
    compare_named(from, to, |attachment| &attachment.name, &words, changes);
}

/// How changes of a list are told.
struct Words<'a> {
    list: MergedList,
    added: &'a dyn Fn(String) -> ContentChange,
    removed: &'a dyn Fn(String) -> ContentChange,
    changed: &'a dyn Fn(String) -> ContentChange,
}

/// Compares lists whose items are told apart by name.
fn compare_named<T: PartialEq>(
    from: &[T],
    to: &[T],
    name: impl Fn(&T) -> &str,
    words: &Words,
    changes: &mut Vec<ContentChange>,
) {
    let Pairs { both, added, removed } = pairs(from, to, &name);
    changes.extend(removed.iter().map(|&at| (words.removed)(name(&from[at]).to_owned())));
    changes.extend(added.iter().map(|&at| (words.added)(name(&to[at]).to_owned())));
    let changed = both.iter().filter(|&&(was, is)| from[was] != to[is]);
    changes.extend(changed.map(|&(_, is)| (words.changed)(name(&to[is]).to_owned())));
    if !both.is_sorted() {
        changes.push(ContentChange::Reordered { list: words.list });
    }
}

/// Which items two lists have under the same name, in the order of the newer one.
struct Pairs {
    both: Vec<(usize, usize)>,
    added: Vec<usize>,
    removed: Vec<usize>,
}

fn pairs<T>(from: &[T], to: &[T], name: impl Fn(&T) -> &str) -> Pairs {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, item) in from.iter().enumerate().rev() {
        places.entry(name(item)).or_default().push(place);
    }
    let (mut both, mut added) = (Vec::new(), Vec::new());
    for (is, item) in to.iter().enumerate() {
        match places.get_mut(name(item)).and_then(Vec::pop) {
            Some(was) => both.push((was, is)),
            None => added.push(is),
        }
    }
    let mut removed: Vec<_> = places.into_values().flatten().collect();
    removed.sort_unstable();
    Pairs { both, added, removed }
}

fn compare_variables(from: &[Variable], to: &[Variable], changes: &mut Vec<ContentChange>) {
    let Pairs { mut both, mut added, mut removed } = pairs(from, to, |variable| &variable.name);
    for (was, is) in renamed(from, to, &removed, &added) {
        let (from, name) = (from[was].name.clone(), to[is].name.clone());
        changes.push(ContentChange::VariableRenamed { from, name });
        both.push((was, is));
        removed.retain(|&other| other != was);
        added.retain(|&other| other != is);
    }
    changes
        .extend(removed.iter().map(|&was| ContentChange::VariableRemoved { name: from[was].name.clone() }));
    changes.extend(added.iter().map(|&is| {
        let Variable { name, kind, .. } = &to[is];
        ContentChange::VariableAdded { name: name.clone(), to: *kind }
    }));
    both.sort_by_key(|&(_, is)| is);
    for &(was, is) in &both {
        compare_variable(&from[was], &to[is], changes);
    }
    if !both.is_sorted() {
        changes.push(ContentChange::Reordered { list: MergedList::Variables });
    }
}

/// Those that are gone and those that are new, alike but for the name, where no other could be meant.
fn renamed(from: &[Variable], to: &[Variable], removed: &[usize], added: &[usize]) -> Vec<(usize, usize)> {
    let alike = |was: usize, is: usize| Variable { name: to[is].name.clone(), ..from[was].clone() } == to[is];
    let only = |mut found: Vec<usize>| found.pop().filter(|_| found.is_empty());
    let renamed = removed.iter().filter_map(|&was| {
        let is = only(added.iter().copied().filter(|&is| alike(was, is)).collect())?;
        let old = only(removed.iter().copied().filter(|&was| alike(was, is)).collect())?;
        Some((old, is))
    });
    renamed.collect()
}

fn compare_variable(from: &Variable, to: &Variable, changes: &mut Vec<ContentChange>) {
    let name = &to.name;
    if from.kind != to.kind {
        changes.push(ContentChange::VariableRetyped { name: name.clone(), from: from.kind, to: to.kind });
    }
    if from.required != to.required {
        changes.push(ContentChange::VariableRequired { name: name.clone(), required: to.required });
    }
    let told = ["name", "type", "required"];
    for (field, from, to) in changed_fields(&object(from), &object(to)) {
        if !told.contains(&field.as_str()) {
            changes.push(ContentChange::VariableChanged { name: name.clone(), field, from, to });
        }
    }
}

fn compare_parameters(from: &Parameters, to: &Parameters, changes: &mut Vec<ContentChange>) {
    for (name, from, to) in changed_fields(&object(from), &object(to)) {
        if !["tools", "extra"].contains(&name.as_str()) {
            changes.push(ContentChange::ParameterChanged { path: vec![name], from, to });
        }
    }
    for (name, from, to) in changed_fields(&from.extra, &to.extra) {
        changes.push(ContentChange::ParameterChanged { path: vec!["extra".to_owned(), name], from, to });
    }
}

/// The fields that differ, with both values.
fn changed_fields(from: &JsonObject, to: &JsonObject) -> Vec<(String, Option<Value>, Option<Value>)> {
    let names = from.keys().chain(to.keys().filter(|name| !from.contains_key(*name)));
    let differs = |name: &&String| from.get(*name) != to.get(*name);
    names.filter(differs).map(|name| (name.clone(), from.get(name).cloned(), to.get(name).cloned())).collect()
}

fn object(value: &impl Serialize) -> JsonObject {
    match serde_json::to_value(value) {
        Ok(Value::Object(fields)) => fields,
        _ => JsonObject::new(),
    }
}

impl fmt::Display for ContentChange {
    /// A sentence for people; places are counted from 1.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = |index: &usize, role: &Role| format!("message {} ({})", index + 1, role.as_str());
        match self {
            Self::BodyChanged { messages: true } => write!(f, "the text became messages"),
            Self::BodyChanged { messages: false } => write!(f, "the messages became a text"),
            Self::TextChanged { added, removed } => write!(f, "text changed: {}", Lines(*added, *removed)),
            Self::MessageAdded { index, role } => write!(f, "{} added", message(index, role)),
            Self::MessageRemoved { index, role } => write!(f, "{} removed", message(index, role)),
            Self::MessageMoved { from, index, role } => {
                write!(f, "{} moved to place {}", message(from, role), index + 1)
            }
            Self::RoleChanged { index, from, to } => {
                write!(f, "role of message {} changed from {} to {}", index + 1, from.as_str(), to.as_str())
            }
            Self::MessageChanged { index, role, added, removed } => {
                write!(f, "{} changed: {}", message(index, role), Lines(*added, *removed))
            }
            Self::AttachmentAdded { index, name } => {
                write!(f, "attachment `{name}` added to message {}", index + 1)
            }
            Self::AttachmentRemoved { index, name } => {
                write!(f, "attachment `{name}` removed from message {}", index + 1)
            }
            Self::AttachmentChanged { index, name } => {
                write!(f, "attachment `{name}` of message {} changed", index + 1)
            }
            Self::VariableAdded { name, to } => write!(f, "variable `{name}` ({}) added", to.as_str()),
            Self::VariableRemoved { name } => write!(f, "variable `{name}` removed"),
            Self::VariableRenamed { from, name } => write!(f, "variable `{from}` renamed to `{name}`"),
            Self::VariableRetyped { name, from, to } => {
                write!(f, "type of variable `{name}` changed from {} to {}", from.as_str(), to.as_str())
            }
            Self::VariableRequired { name, required: true } => write!(f, "variable `{name}` made required"),
            Self::VariableRequired { name, required: false } => write!(f, "variable `{name}` made optional"),
            Self::VariableChanged { name, field, from, to } => {
                write!(f, "`{field}` of variable `{name}` {}", FromTo(from.as_ref(), to.as_ref()))
            }
            Self::EngineChanged { from, to } => {
                write!(f, "language of the templates changed from {} to {}", from.as_str(), to.as_str())
            }
            Self::ModelChanged { from, to } => {
                let [from, to] =
                    [from, to].map(|model| model.as_ref().map(|model| Value::from(model.to_string())));
                write!(f, "model {}", FromTo(from.as_ref(), to.as_ref()))
            }
            Self::ParameterChanged { path, from, to } => {
                write!(f, "`{}` {}", path.join("."), FromTo(from.as_ref(), to.as_ref()))
            }
            Self::ToolAdded { name } => write!(f, "tool `{name}` added"),
            Self::ToolRemoved { name } => write!(f, "tool `{name}` removed"),
            Self::ToolChanged { name } => write!(f, "tool `{name}` changed"),
            Self::ValidationAdded { name } => write!(f, "validation `{name}` added"),
            Self::ValidationRemoved { name } => write!(f, "validation `{name}` removed"),
            Self::ValidationChanged { name } => write!(f, "validation `{name}` changed"),
            Self::Reordered { list } => write!(f, "{} in another order", list.as_str()),
        }
    }
}

struct Lines(usize, usize);

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = |count: usize| if count == 1 { "line" } else { "lines" };
        let Self(added, removed) = *self;
        match (added, removed) {
            (added, 0) => write!(f, "{added} {} added", lines(added)),
            (0, removed) => write!(f, "{removed} {} removed", lines(removed)),
            _ => write!(f, "{added} {} added, {removed} removed", lines(added)),
        }
    }
}

struct FromTo<'a>(Option<&'a Value>, Option<&'a Value>);

impl fmt::Display for FromTo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self(None, Some(to)) => write!(f, "set to {to}"),
            Self(Some(from), None) => write!(f, "unset, was {from}"),
            Self(from, to) => {
                let [from, to] = [from, to].map(|value| value.cloned().unwrap_or_default());
                write!(f, "changed from {from} to {to}")
            }
        }
    }
}

#[cfg(test)]
mod tests;

//! The model, its parameters and tools, and the rules for answers.

use super::{Conflict, ConflictPlace, MergedList, Three, fields, list::List};
use crate::{Parameters, Settings, TemplateEngine, ToolDefinition, Validation};

/// Merges the model as a whole, tools by name, and the other parameters one by one.
pub(super) fn merge(all: Three<&Settings>, conflicts: &mut Vec<Conflict>) -> Settings {
    let models = all.map(|settings| settings.model.as_ref());
    let model = fields::whole(models, || ConflictPlace::Model, "/settings/model", conflicts);
    let plain = all.map(|settings| Parameters { tools: Vec::new(), ..settings.parameters.clone() });
    let plain = Three { base: Some(&plain.base), ours: Some(&plain.ours), theirs: Some(&plain.theirs) };
    let place = |path: &[String]| ConflictPlace::Parameter { path: path.to_vec() };
    let parameters = fields::each(plain, &place, "/settings/parameters", conflicts);
    let tools = all.map(|settings| settings.parameters.tools.as_slice());
    Settings {
        model,
        parameters: Parameters { tools: merge_tools(tools, conflicts), ..parameters.unwrap_or_default() },
    }
}

/// Merges the language of the templates.
pub(super) fn engine(all: Three<&TemplateEngine>, conflicts: &mut Vec<Conflict>) -> TemplateEngine {
    fields::whole(all.map(Some), || ConflictPlace::Engine, "/engine", conflicts).unwrap_or_default()
}

fn merge_tools(items: Three<&[ToolDefinition]>, conflicts: &mut Vec<Conflict>) -> Vec<ToolDefinition> {
    const POINTER: &str = "/settings/parameters/tools";
    let place = |tool: &ToolDefinition, path: &[String]| ConflictPlace::Tool {
        name: tool.name.clone(),
        path: path.to_vec(),
    };
    List { items, kind: MergedList::Tools, pointer: POINTER }.merge_named(
        |tool| &tool.name,
        |_, tool| place(tool, &[]),
        |values, index, conflicts| {
            let tool = values.ours?;
            fields::each(values, &|path| place(tool, path), &format!("{POINTER}/{index}"), conflicts)
        },
        conflicts,
    )
}

/// Merges validations by name, and field by field.
pub(super) fn validations(items: Three<&[Validation]>, conflicts: &mut Vec<Conflict>) -> Vec<Validation> {
    let place = |validation: &Validation, path: &[String]| ConflictPlace::Validation {
        name: validation.name.clone(),
        path: path.to_vec(),
    };
    List { items, kind: MergedList::Validations, pointer: "/validations" }.merge_named(
        |validation| &validation.name,
        |_, validation| place(validation, &[]),
        |values, index, conflicts| {
            let validation = values.ours?;
            fields::each(values, &|path| place(validation, path), &format!("/validations/{index}"), conflicts)
        },
        conflicts,
    )
}

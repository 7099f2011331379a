//! Quirks: what wire formats, vendors and families of models make of parameters, as one table.
//!
//! Wires build their bodies from it, runs are checked against it before anything is sent, screens show
//! it, and a page of the documentation is written from it.

mod table;

use crate::{catalogue::bedrock_id, glob};
use formaops_domain::{
    Origin, Parameter, ParameterLimit, ParameterProblem, ParameterRule, Parameters, ProviderKind, When,
};
use std::mem::discriminant;

/// Quirks that hold for the same models, in the same places, by the same source.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What they are about, for people.
    pub title: &'static str,
    /// Where they hold: any of these.
    pub places: Vec<Place>,
    /// The models they hold for, as patterns of ids in which `*` stands for any text; for all where there are none.
    pub models: &'static [&'static str],
    /// The models among those that they do not hold for.
    pub except: &'static [&'static str],
    /// The page or file they were read from.
    pub source: &'static str,
    /// The quirks.
    pub quirks: Vec<Quirk>,
}

/// Where quirks hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The wire format that is spoken.
    pub kind: ProviderKind,
    /// The pattern of the origin; `*` where it does not matter.
    pub origin: &'static str,
}

/// One peculiarity. Of two that contradict each other, the later one in the table holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Quirk {
    /// What is made of a parameter.
    Rule(ParameterRule),
    /// The parameter is taken after all, as its bounds allow.
    Takes(Parameter),
    /// The parameter's field in the request has this name.
    Field(Parameter, &'static str),
    /// The role of system messages has this name.
    SystemRole(&'static str),
    /// The field that asks for usage at the end of a stream is not known; usage comes unasked.
    UsageUnasked,
    /// How the wish to think is written.
    Reasoning(ReasoningForm),
}

/// How a request says how much the model shall think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReasoningForm {
    /// The effort's word in the field that the wire format has for it.
    #[default]
    Effort,
    /// An object `reasoning` with `effort`, `max_tokens` and `exclude`, as at OpenRouter.
    Object,
    /// `thinking` with the type `enabled` or `disabled` beside the effort's word; the effort `none` disables.
    Switch,
    /// `thinking` of the type `enabled` with `budget_tokens`, or `disabled` for 0; an effort, where it is
    /// taken, stands in `output_config` beside it.
    Budget,
    /// `thinking` of the type `adaptive` with the effort in `output_config`; `disabled` for a budget of 0.
    Adaptive,
    /// `reasoningConfig` with `maxReasoningEffort`, as Amazon's own models take it.
    ReasoningConfig,
}

/// The whole table, general quirks before special ones.
#[must_use]
pub fn groups() -> &'static [Group] {
    &table::TABLE
}

/// The quirks of one model where it is called.
#[derive(Debug, Clone)]
pub struct Quirks {
    model: String,
    found: Vec<&'static Quirk>,
}

impl Quirks {
    /// The quirks of a model at an origin. A model that only its user knows, such as a deployment on
    /// Azure, has an empty id: then what holds for all models there is found.
    #[must_use]
    pub fn of(kind: ProviderKind, origin: Option<&Origin>, model: &str) -> Self {
        let origin = origin.map(Origin::to_string).unwrap_or_default();
        // What was made from a model by fine-tuning is as peculiar as that.
        let plain = match kind {
            ProviderKind::Bedrock => bedrock_id::of_model(model),
            _ => model.strip_prefix("ft:").unwrap_or(model),
        };
        let of_model = |patterns: &[&str]| patterns.iter().any(|pattern| glob::matches(pattern, plain));
        let holds = |group: &&Group| {
            group.places.iter().any(|place| place.kind == kind && glob::matches(place.origin, &origin))
                && (group.models.is_empty() || of_model(group.models))
                && !of_model(group.except)
        };
        let found = groups().iter().filter(holds).flat_map(|group| &group.quirks).collect();
        Self { model: model.to_owned(), found }
    }

    /// What is made of parameters that are not simply taken, one rule for each way of not taking one.
    #[must_use]
    pub fn rules(&self) -> Vec<ParameterRule> {
        let mut rules: Vec<&ParameterRule> = Vec::new();
        for quirk in &self.found {
            match quirk {
                Quirk::Takes(parameter) => rules.retain(|rule| rule.parameter != *parameter),
                Quirk::Rule(rule) => {
                    rules.retain(|before| before.parameter != rule.parameter || !replaces(rule, before));
                    rules.push(rule);
                }
                _ => {}
            }
        }
        rules.into_iter().cloned().collect()
    }

    /// What is wrong with these parameters for this model: at most one problem for each. The free
    /// object is not judged.
    #[must_use]
    pub fn check(&self, parameters: &Parameters) -> Vec<ParameterProblem> {
        problems(&self.rules(), &self.model, parameters)
    }

    /// The name of the parameter's field in the request, where it has another than the wire format's usual one.
    #[must_use]
    pub fn field(&self, parameter: Parameter) -> Option<&'static str> {
        self.last(|quirk| match quirk {
            Quirk::Field(of, name) if *of == parameter => Some(*name),
            _ => None,
        })
    }

    /// The most tokens of an answer that has to be sent where none is set.
    #[must_use]
    pub fn needs_max_tokens(&self) -> Option<u32> {
        self.last(|quirk| match quirk {
            Quirk::Rule(ParameterRule { limit: ParameterLimit::Required { default }, .. }) => Some(*default),
            _ => None,
        })
    }

    /// The role that system messages are sent with.
    #[must_use]
    pub fn system_role(&self) -> &'static str {
        let role = |quirk: &Quirk| if let Quirk::SystemRole(role) = quirk { Some(*role) } else { None };
        self.last(role).unwrap_or("system")
    }

    /// Whether a stream has to be asked for its usage, and may be.
    #[must_use]
    pub fn include_usage(&self) -> bool {
        !self.found.contains(&&Quirk::UsageUnasked)
    }

    /// How the wish to think is written.
    #[must_use]
    pub fn reasoning(&self) -> ReasoningForm {
        let form = |quirk: &Quirk| if let Quirk::Reasoning(form) = quirk { Some(*form) } else { None };
        self.last(form).unwrap_or_default()
    }

    fn last<T>(&self, what: impl Fn(&Quirk) -> Option<T>) -> Option<T> {
        self.found.iter().rev().find_map(|quirk| what(quirk))
    }
}

/// What is wrong with `parameters` by these rules: at most one problem for each parameter.
#[must_use]
pub fn problems(rules: &[ParameterRule], model: &str, parameters: &Parameters) -> Vec<ParameterProblem> {
    let mut found: Vec<ParameterProblem> = Vec::new();
    for problem in rules.iter().filter_map(|rule| rule.problem(model, parameters)) {
        if found.iter().all(|before| before.parameter != problem.parameter) {
            found.push(problem);
        }
    }
    found
}

/// Whether a rule leaves nothing of an earlier one about the same parameter: it says the same thing
/// otherwise, or there is nothing left to say.
fn replaces(rule: &ParameterRule, before: &ParameterRule) -> bool {
    let is_never = matches!(rule.limit, ParameterLimit::Refused | ParameterLimit::Ignored);
    let alike = discriminant(&rule.limit) == discriminant(&before.limit) && rule.when == before.when;
    alike || (is_never && rule.when == When::Always)
}

#[cfg(test)]
mod tests;

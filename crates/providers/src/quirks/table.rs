//! The table: general quirks first, then those of vendors, then those of families of models.
//!
//! All was read on 2026-11-25, from what each group names as its source.

mod anthropic;
mod bedrock;
mod compatible;
mod google;
mod ollama;
mod openai;

use super::{Group, Place, Quirk};
use formaops_domain::{Parameter, ParameterLimit, ParameterRule, ProviderKind, When};
use std::sync::LazyLock;

pub(super) static TABLE: LazyLock<Vec<Group>> = LazyLock::new(|| {
    [
        openai::groups(),
        compatible::groups(),
        anthropic::groups(),
        google::groups(),
        ollama::groups(),
        bedrock::groups(),
    ]
    .concat()
});

/// The wire format, wherever it is spoken.
const fn anywhere(kind: ProviderKind) -> Place {
    Place { kind, origin: "*" }
}

/// The wire format at one vendor.
const fn at(kind: ProviderKind, origin: &'static str) -> Place {
    Place { kind, origin }
}

fn rule(parameter: Parameter, limit: ParameterLimit) -> Quirk {
    Quirk::Rule(ParameterRule { parameter, limit, when: When::Always, note: String::new() })
}

fn refused(parameter: Parameter) -> Quirk {
    rule(parameter, ParameterLimit::Refused)
}

fn ignored(parameter: Parameter) -> Quirk {
    rule(parameter, ParameterLimit::Ignored)
}

fn range(parameter: Parameter, min: f64, max: f64) -> Quirk {
    rule(parameter, ParameterLimit::Range { min, max, zero: false })
}

fn only(parameter: Parameter, value: f64) -> Quirk {
    range(parameter, value, value)
}

fn words(parameter: Parameter, words: &[&str]) -> Quirk {
    let words = words.iter().map(|&word| word.to_owned()).collect();
    rule(parameter, ParameterLimit::Words { words })
}

fn efforts(levels: &[&str]) -> Quirk {
    words(Parameter::ReasoningEffort, levels)
}

fn at_most(parameter: Parameter, count: u32) -> Quirk {
    rule(parameter, ParameterLimit::AtMost { count })
}

impl Quirk {
    fn when(mut self, when: When) -> Self {
        if let Self::Rule(rule) = &mut self {
            rule.when = when;
        }
        self
    }

    fn note(mut self, note: &str) -> Self {
        if let Self::Rule(rule) = &mut self {
            note.clone_into(&mut rule.note);
        }
        self
    }
}

/// The words of efforts, least first, as most vendors have them.
const LOW_TO_HIGH: &[&str] = &["low", "medium", "high"];

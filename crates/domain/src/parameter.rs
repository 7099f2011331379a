//! What models make of parameters, told before anything is sent.

use crate::{Parameters, ResponseFormat, ToolChoice};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A parameter of a call, by its name in [`Parameters`]. The free object is none of them: it is never judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "each is described where it stands in `Parameters`")]
pub enum Parameter {
    Temperature,
    TopP,
    TopK,
    MaxTokens,
    Stop,
    Seed,
    FrequencyPenalty,
    PresencePenalty,
    ReasoningEffort,
    ReasoningBudget,
    ReasoningSummary,
    ResponseFormat,
    Tools,
    ToolChoice,
}

impl Parameter {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 14] = [
        Self::Temperature,
        Self::TopP,
        Self::TopK,
        Self::MaxTokens,
        Self::Stop,
        Self::Seed,
        Self::FrequencyPenalty,
        Self::PresencePenalty,
        Self::ReasoningEffort,
        Self::ReasoningBudget,
        Self::ReasoningSummary,
        Self::ResponseFormat,
        Self::Tools,
        Self::ToolChoice,
    ];

    /// Its name, as in [`Parameters`] on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Temperature => "temperature",
            Self::TopP => "topP",
            Self::TopK => "topK",
            Self::MaxTokens => "maxTokens",
            Self::Stop => "stop",
            Self::Seed => "seed",
            Self::FrequencyPenalty => "frequencyPenalty",
            Self::PresencePenalty => "presencePenalty",
            Self::ReasoningEffort => "reasoningEffort",
            Self::ReasoningBudget => "reasoningBudget",
            Self::ReasoningSummary => "reasoningSummary",
            Self::ResponseFormat => "responseFormat",
            Self::Tools => "tools",
            Self::ToolChoice => "toolChoice",
        }
    }

    /// Whether `parameters` ask for it.
    #[must_use]
    pub fn is_set(self, parameters: &Parameters) -> bool {
        match self {
            Self::Stop => !parameters.stop.is_empty(),
            Self::Tools => !parameters.tools.is_empty(),
            // Not to be shown what a model thought is what every provider does unasked.
            Self::ReasoningSummary => parameters.reasoning_summary == Some(true),
            Self::ReasoningEffort | Self::ResponseFormat | Self::ToolChoice => {
                self.word(parameters).is_some()
            }
            _ => self.number(parameters).is_some(),
        }
    }

    fn number(self, parameters: &Parameters) -> Option<f64> {
        match self {
            Self::Temperature => parameters.temperature,
            Self::TopP => parameters.top_p,
            Self::TopK => parameters.top_k.map(f64::from),
            Self::MaxTokens => parameters.max_tokens.map(f64::from),
            #[expect(clippy::cast_precision_loss, reason = "limits of seeds are round numbers")]
            Self::Seed => parameters.seed.map(|seed| seed as f64),
            Self::FrequencyPenalty => parameters.frequency_penalty,
            Self::PresencePenalty => parameters.presence_penalty,
            Self::ReasoningBudget => parameters.reasoning_budget.map(f64::from),
            _ => None,
        }
    }

    /// The value as the one word that stands for it.
    fn word(self, parameters: &Parameters) -> Option<&str> {
        match self {
            Self::ReasoningEffort => parameters.reasoning_effort.as_deref(),
            Self::ResponseFormat => parameters.response_format.as_ref().map(|format| match format {
                ResponseFormat::Json => "json",
                ResponseFormat::Schema { .. } => "schema",
            }),
            Self::ToolChoice => parameters.tool_choice.as_ref().map(|choice| match choice {
                ToolChoice::Auto => "auto",
                ToolChoice::None => "none",
                ToolChoice::Required => "required",
                ToolChoice::Tool(_) => "tool",
            }),
            _ => None,
        }
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a model makes of a parameter, where that is not simply to take it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParameterRule {
    /// The parameter.
    pub parameter: Parameter,
    /// What is made of it.
    pub limit: ParameterLimit,
    /// When that holds.
    #[serde(default, skip_serializing_if = "When::is_always")]
    pub when: When,
    /// Why, or what to do instead; empty where the limit says it all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What is made of a parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ParameterLimit {
    /// A call that sets it fails, or there is no word for it.
    Refused,
    /// It is taken and has no effect.
    Ignored,
    /// Each call must have it: where it is not set, FormaOps sends this.
    Required {
        /// What is sent.
        default: u32,
    },
    /// It must lie between these, both included.
    Range {
        /// The least.
        min: f64,
        /// The most.
        max: f64,
        /// Whether 0 is taken too, where it lies outside.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        zero: bool,
    },
    /// It must be one of these words; formats and choices go by their kind.
    Words {
        /// The words.
        words: Vec<String>,
    },
    /// It holds at most so many items.
    AtMost {
        /// The most.
        count: u32,
    },
    /// It cannot be set together with another.
    NotWith {
        /// The other.
        other: Parameter,
    },
    /// It must be less than another, where both are set.
    Below {
        /// The other.
        other: Parameter,
    },
}

/// When a rule holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum When {
    /// In every call.
    #[default]
    Always,
    /// In calls that ask the model to think, by effort or budget.
    Thinking,
    /// In calls that do not ask the model to refrain from thinking, by the effort `none` or a budget of 0.
    UnlessOff,
}

impl When {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    fn is_always(&self) -> bool {
        *self == Self::Always
    }

    fn holds(self, parameters: &Parameters) -> bool {
        let (effort, budget) = (parameters.reasoning_effort.as_deref(), parameters.reasoning_budget);
        match self {
            Self::Always => true,
            Self::Thinking => {
                effort.is_some_and(|word| word != "none") || budget.is_some_and(|tokens| tokens > 0)
            }
            Self::UnlessOff => effort != Some("none") && budget != Some(0),
        }
    }

    /// The condition as the end of a sentence about a model.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Always => "",
            Self::Thinking => " while it thinks",
            Self::UnlessOff => " unless it is told not to think",
        }
    }
}

/// A parameter that a model does not take as it is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParameterProblem {
    /// The parameter.
    pub parameter: Parameter,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl ParameterRule {
    /// What these parameters make of the rule: a problem, or none.
    #[must_use]
    pub fn problem(&self, model: &str, parameters: &Parameters) -> Option<ParameterProblem> {
        let Self { parameter, limit, when, note } = self;
        if !when.holds(parameters) || !parameter.is_set(parameters) {
            return None;
        }
        let until = when.as_str();
        let number = parameter.number(parameters);
        let message = match limit {
            ParameterLimit::Refused => format!("`{model}` does not take `{parameter}`{until}"),
            ParameterLimit::Ignored => format!("`{model}` ignores `{parameter}`{until}"),
            ParameterLimit::Required { .. } => return None,
            ParameterLimit::Range { min, max, zero } => {
                let fits = |value: &f64| (min..=max).contains(&value) || (*zero && *value == 0.0);
                let value = number.filter(|value| !fits(value))?;
                let or_zero = if *zero { "0, or " } else { "" };
                if min < max {
                    format!(
                        "`{parameter}` must be {or_zero}between {min} and {max} for `{model}`{until}, got {value}"
                    )
                } else {
                    format!("`{parameter}` can only be {or_zero}{min} for `{model}`{until}, got {value}")
                }
            }
            ParameterLimit::Words { words } => {
                let value =
                    parameter.word(parameters).filter(|value| !words.iter().any(|word| word == value))?;
                format!("`{parameter}` must be {} for `{model}`{until}, got `{value}`", any_of(words))
            }
            ParameterLimit::AtMost { count } => {
                let found = parameters.stop.len();
                if found <= usize::try_from(*count).unwrap_or(usize::MAX) {
                    return None;
                }
                format!("`{parameter}` may hold at most {count} texts for `{model}`{until}, got {found}")
            }
            ParameterLimit::NotWith { other } => {
                if !other.is_set(parameters) {
                    return None;
                }
                format!("`{model}` takes `{parameter}` or `{other}`{until}, not both")
            }
            ParameterLimit::Below { other } => {
                let (value, most) =
                    number.zip(other.number(parameters)).filter(|(value, most)| value >= most)?;
                format!(
                    "`{parameter}` must be less than `{other}` for `{model}`{until}, got {value} and {most}"
                )
            }
        };
        let hint = match limit {
            _ if !note.is_empty() => note.clone(),
            ParameterLimit::Refused | ParameterLimit::Ignored => {
                format!("Leave `{parameter}` out, or choose another model.")
            }
            _ => String::new(),
        };
        Some(ParameterProblem { parameter: *parameter, message, hint })
    }
}

/// Words as people list them: `low`, `medium` or `high`.
fn any_of(words: &[String]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [only] => format!("`{only}`"),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(|word| format!("`{word}`")).collect();
            format!("{} or `{last}`", first.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(limit: ParameterLimit, parameter: Parameter, when: When, set: &str) -> Option<String> {
        let rule = ParameterRule { parameter, limit, when, note: String::new() };
        rule.problem("m", &serde_json::from_str(set).unwrap()).map(|problem| problem.message)
    }

    #[test]
    fn each_limit_is_told_with_what_was_set() {
        use Parameter::{
            MaxTokens, ReasoningBudget, ReasoningEffort, ResponseFormat, Stop, Temperature, TopP,
        };
        use ParameterLimit::{AtMost, Below, Ignored, NotWith, Range, Refused, Required, Words};
        let range = |min, max, zero| Range { min, max, zero };
        let words = |words: &[&str]| Words { words: words.iter().map(|&word| word.to_owned()).collect() };
        for (limit, parameter, set, expected) in [
            (Refused, Temperature, r#"{"temperature": 0}"#, "`m` does not take `temperature`"),
            (Ignored, Temperature, r#"{"temperature": 1}"#, "`m` ignores `temperature`"),
            (
                range(0.0, 1.0, false),
                Temperature,
                r#"{"temperature": 1.5}"#,
                "`temperature` must be between 0 and 1 for `m`, got 1.5",
            ),
            (
                range(1.0, 1.0, false),
                Temperature,
                r#"{"temperature": 0.2}"#,
                "`temperature` can only be 1 for `m`, got 0.2",
            ),
            (
                range(1024.0, 4096.0, true),
                ReasoningBudget,
                r#"{"reasoningBudget": 9}"#,
                "`reasoningBudget` must be 0, or between 1024 and 4096 for `m`, got 9",
            ),
            (
                words(&["low", "medium", "high"]),
                ReasoningEffort,
                r#"{"reasoningEffort": "max"}"#,
                "`reasoningEffort` must be `low`, `medium` or `high` for `m`, got `max`",
            ),
            (
                words(&["json"]),
                ResponseFormat,
                r#"{"responseFormat": {"kind": "schema", "name": "a", "schema": {}}}"#,
                "`responseFormat` must be `json` for `m`, got `schema`",
            ),
            (
                AtMost { count: 1 },
                Stop,
                r#"{"stop": ["a", "b"]}"#,
                "`stop` may hold at most 1 texts for `m`, got 2",
            ),
            (
                NotWith { other: TopP },
                Temperature,
                r#"{"temperature": 1, "topP": 1}"#,
                "`m` takes `temperature` or `topP`, not both",
            ),
            (
                Below { other: MaxTokens },
                ReasoningBudget,
                r#"{"reasoningBudget": 2000, "maxTokens": 2000}"#,
                "`reasoningBudget` must be less than `maxTokens` for `m`, got 2000 and 2000",
            ),
        ] {
            assert_eq!(told(limit.clone(), parameter, When::Always, set).as_deref(), Some(expected));
            assert_eq!(told(limit, parameter, When::Always, "{}"), None, "what is not set is not judged");
        }
        assert_eq!(
            told(range(1024.0, 4096.0, true), ReasoningBudget, When::Always, r#"{"reasoningBudget": 0}"#),
            None
        );
        assert_eq!(told(Required { default: 1 }, MaxTokens, When::Always, r#"{"maxTokens": 5}"#), None);
    }

    #[test]
    fn a_rule_about_thinking_looks_at_what_is_asked_of_the_model() {
        let set = |more: &str| format!(r#"{{"temperature": 0.5 {more}}}"#);
        for (more, thinking, unless_off) in [
            ("", false, true),
            (r#", "reasoningEffort": "low""#, true, true),
            (r#", "reasoningEffort": "none""#, false, false),
            (r#", "reasoningBudget": 1024"#, true, true),
            (r#", "reasoningBudget": 0"#, false, false),
        ] {
            let holds =
                |when| told(ParameterLimit::Refused, Parameter::Temperature, when, &set(more)).is_some();
            assert_eq!((holds(When::Thinking), holds(When::UnlessOff)), (thinking, unless_off), "{more}");
        }
    }

    #[test]
    fn every_parameter_is_found_where_it_is_set() {
        let all = r#"{
            "temperature": 1, "topP": 1, "topK": 1, "maxTokens": 1, "stop": ["a"], "seed": 1,
            "frequencyPenalty": 1, "presencePenalty": 1, "reasoningEffort": "low", "reasoningBudget": 1,
            "reasoningSummary": true, "responseFormat": {"kind": "json"},
            "tools": [{"name": "a"}], "toolChoice": "auto"
        }"#;
        let all: Parameters = serde_json::from_str(all).unwrap();
        let written = serde_json::to_value(&all).unwrap();
        for parameter in Parameter::ALL {
            assert!(parameter.is_set(&all) && !parameter.is_set(&Parameters::default()), "{parameter}");
            assert!(written.get(parameter.as_str()).is_some(), "{parameter} has another name on the wire");
            assert_eq!(serde_json::to_value(parameter).unwrap(), parameter.as_str());
        }
        assert_eq!(written.as_object().unwrap().len(), Parameter::ALL.len());
    }
}

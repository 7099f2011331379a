//! The one table of what can be set. The file, its template, the environment, the screen and the
//! documentation are all made from it.

use crate::handlers::MOST_CONCURRENT;
use schemars::JsonSchema;
use serde::Serialize;

/// One of the settings, to be asked for by the code that follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    AgentMaxConcurrent,
    ProviderMaxConcurrent,
    AgentCpuReserve,
    UiThreshold,
    ScaleThreshold,
    FailureThreshold,
    RecoveryTime,
    FallbackStrategy,
    RetryLimit,
    TimeoutMs,
    FirstTokenTimeout,
    ExecTimeout,
}

/// A value of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum ConfigValue {
    /// A whole number.
    Number(u32),
    /// A word.
    Word(&'static str),
}

/// Which values a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ConfigKind {
    /// A whole number.
    Number {
        /// The least.
        least: u32,
        /// The most.
        most: u32,
        /// What is counted, such as `ms`; empty where the name says it.
        unit: &'static str,
    },
    /// One of some words.
    Choice {
        /// The words.
        words: &'static [&'static str],
    },
}

/// A setting: how it is named, what it means and which values it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    #[serde(skip)]
    pub(crate) key: Key,
    /// Its name in the file.
    pub name: &'static str,
    /// The variable of the environment that stands over the file.
    pub variable: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// Which values it takes.
    #[serde(flatten)]
    pub kind: ConfigKind,
    /// What holds where nobody says otherwise.
    pub default: ConfigValue,
}

const DAY: u32 = 24 * 60 * 60;

const fn number(least: u32, most: u32, unit: &'static str) -> ConfigKind {
    ConfigKind::Number { least, most, unit }
}

/// Every setting, in the order in which people read them, which is that of their keys.
pub static DEFINITIONS: [Definition; 12] = [
    Definition {
        key: Key::AgentMaxConcurrent,
        name: "agent_max_concurrent",
        variable: "AGENT_MAX_CONCURRENT",
        title: "Background executions at once",
        doc: "How many executions of the background (suites, agents, workflows) are on the wire at once, all \
              providers together. A comparison that somebody watches is not held back by it. Once it is set, it \
              also holds a run that asks for more.",
        kind: number(1, MOST_CONCURRENT, ""),
        default: ConfigValue::Number(5),
    },
    Definition {
        key: Key::ProviderMaxConcurrent,
        name: "provider_max_concurrent",
        variable: "PROVIDER_MAX_CONCURRENT",
        title: "Executions of one provider at once",
        doc: "How many executions are on the wire at once at one provider that has no limit of its own. Once it is \
              set, it also holds a run that asks for more.",
        kind: number(1, MOST_CONCURRENT, ""),
        default: ConfigValue::Number(5),
    },
    Definition {
        key: Key::AgentCpuReserve,
        name: "agent_cpu_reserve",
        variable: "AGENT_CPU_RESERVE",
        title: "Processor kept for executions",
        doc: "The share of the processor's cores that work in the background, such as indexing, leaves to executions \
              while there are any. Without any, it takes what it can get. With 100, it waits until there are none.",
        kind: number(0, 100, "%"),
        default: ConfigValue::Number(70),
    },
    Definition {
        key: Key::UiThreshold,
        name: "ui_threshold",
        variable: "UI_THRESHOLD",
        title: "Streams with a live screen",
        doc: "While more executions than this stream, only their columns are refreshed at once; everything else on \
              the screens is, once a second.",
        kind: number(0, MOST_CONCURRENT, ""),
        default: ConfigValue::Number(2),
    },
    Definition {
        key: Key::ScaleThreshold,
        name: "scale_threshold",
        variable: "SCALE_THRESHOLD",
        title: "Use that raises a limit",
        doc: "The limit of a model comes down when its provider is under strain. How much of what is left of it must \
              be in use before it is raised again.",
        kind: number(1, 100, "%"),
        default: ConfigValue::Number(80),
    },
    Definition {
        key: Key::FailureThreshold,
        name: "failure_threshold",
        variable: "FAILURE_THRESHOLD",
        title: "Failures that open a circuit",
        doc: "After how many failures one after the other a model of a provider is left alone for a while.",
        kind: number(1, 1000, ""),
        default: ConfigValue::Number(5),
    },
    Definition {
        key: Key::RecoveryTime,
        name: "recovery_time",
        variable: "RECOVERY_TIME",
        title: "How long a circuit stays open",
        doc: "For how long a model that failed so is left alone, until a single call may try it again.",
        kind: number(1, DAY * 1000, "ms"),
        default: ConfigValue::Number(60_000),
    },
    Definition {
        key: Key::FallbackStrategy,
        name: "fallback_strategy",
        variable: "FALLBACK_STRATEGY",
        title: "While a circuit is open",
        doc: "What becomes of executions on a model that is left alone: `queue` lets them wait, `reject` fails them at \
              once, `degrade` gives them to the next model of their fallback chain.",
        kind: ConfigKind::Choice { words: &["queue", "reject", "degrade"] },
        default: ConfigValue::Word("queue"),
    },
    Definition {
        key: Key::RetryLimit,
        name: "retry_limit",
        variable: "RETRY_LIMIT",
        title: "Retries",
        doc: "How many more times an execution is tried after a failure that may pass, before any of an answer has \
              come.",
        kind: number(0, 100, ""),
        default: ConfigValue::Number(3),
    },
    Definition {
        key: Key::TimeoutMs,
        name: "timeout_ms",
        variable: "TIMEOUT_MS",
        title: "Longest silence",
        doc: "How long connecting may take, and how long a provider may be silent between two pieces of an answer.",
        kind: number(1, DAY * 1000, "ms"),
        default: ConfigValue::Number(30_000),
    },
    Definition {
        key: Key::FirstTokenTimeout,
        name: "first_token_timeout",
        variable: "FIRST_TOKEN_TIMEOUT",
        title: "Longest wait for an answer to begin",
        doc: "How long a model may take until its first word. Models that think before they answer \
              need minutes.",
        kind: number(1, DAY, "s"),
        default: ConfigValue::Number(180),
    },
    Definition {
        key: Key::ExecTimeout,
        name: "exec_timeout",
        variable: "EXEC_TIMEOUT",
        title: "Longest attempt",
        doc: "How long one attempt may take from its first byte out to its last byte in.",
        kind: number(1, DAY, "s"),
        default: ConfigValue::Number(600),
    },
];

impl Definition {
    /// The setting of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        DEFINITIONS.iter().find(|definition| definition.name == name)
    }

    /// The name that is closest to a misspelt one, where one is close enough to be meant.
    pub(crate) fn nearest(name: &str) -> Option<&'static str> {
        let name = name.to_lowercase().replace('-', "_");
        let distance = |known: &str| strsim::damerau_levenshtein(&name, known);
        DEFINITIONS
            .iter()
            .map(|definition| (distance(definition.name), definition.name))
            .filter(|&(distance, known)| distance <= known.len().div_ceil(3))
            .min_by_key(|&(distance, _)| distance)
            .map(|(_, known)| known)
    }

    /// What may stand there, as the end of "must be …".
    #[must_use]
    pub fn allowed(&self) -> String {
        match self.kind {
            ConfigKind::Number { least, most, .. } => format!("a whole number from {least} to {most}"),
            ConfigKind::Choice { words } => {
                let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
                let (last, others) = quoted.split_last().map_or(("", &[][..]), |(last, all)| (last, all));
                format!("{} or {last}", others.join(", "))
            }
        }
    }

    /// The value that a number is; `None` where it is not allowed.
    pub(crate) fn of_number(&self, given: i64) -> Option<ConfigValue> {
        let ConfigKind::Number { least, most, .. } = self.kind else { return None };
        let given = u32::try_from(given).ok()?;
        (least..=most).contains(&given).then_some(ConfigValue::Number(given))
    }

    /// The value that a word is; `None` where it is not allowed.
    pub(crate) fn of_word(&self, given: &str) -> Option<ConfigValue> {
        let ConfigKind::Choice { words } = self.kind else { return None };
        words.iter().find(|&&word| word == given).map(|word| ConfigValue::Word(word))
    }

    /// The value that a text is, such as that of a variable; `None` where it is not allowed.
    pub(crate) fn of_text(&self, given: &str) -> Option<ConfigValue> {
        let given = given.trim();
        self.of_word(given).or_else(|| self.of_number(given.parse().ok()?))
    }
}

/// As it is written in the file.
impl std::fmt::Display for ConfigValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Word(word) => write!(f, "\"{word}\""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_its_keys_and_every_default_is_allowed() {
        for (index, definition) in DEFINITIONS.iter().enumerate() {
            assert_eq!(definition.key as usize, index, "{}", definition.name);
            assert_eq!(definition.variable, definition.name.to_uppercase());
            let default = match definition.default {
                ConfigValue::Number(number) => definition.of_number(number.into()),
                ConfigValue::Word(word) => definition.of_word(word),
            };
            assert_eq!(default, Some(definition.default), "{}", definition.name);
        }
    }

    #[test]
    fn a_text_is_taken_only_where_it_is_in_bounds_and_of_the_kind() {
        let taken = |name: &str, text: &str| Definition::find(name).unwrap().of_text(text);
        assert_eq!(taken("retry_limit", " 0 "), Some(ConfigValue::Number(0)));
        assert_eq!(taken("retry_limit", "100"), Some(ConfigValue::Number(100)));
        assert_eq!(taken("fallback_strategy", "reject"), Some(ConfigValue::Word("reject")));
        for wrong in ["", "101", "-1", "3.0", "3 s", "queue", "99999999999999999999"] {
            assert_eq!(taken("retry_limit", wrong), None, "{wrong}");
        }
        for wrong in ["Queue", "wait", "1"] {
            assert_eq!(taken("fallback_strategy", wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_misspelt_name_has_a_nearest_one_and_another_word_has_none() {
        assert_eq!(Definition::nearest("retry-limits"), Some("retry_limit"));
        assert_eq!(Definition::nearest("RETRY_LIMIT"), Some("retry_limit"));
        assert_eq!(Definition::nearest("colour"), None);
    }
}

//! The values in force, and what the engine makes of them.

use super::{
    ConfigProblem, ConfigSource, Key,
    read::Found,
    table::{ConfigValue, DEFINITIONS},
};
use formaops_domain::ports::Timeouts;
use formaops_engine::{CircuitPolicy, FallbackStrategy, Limits, RetryPolicy, Settings};
use std::{array, num::NonZeroU32, time::Duration};

/// What holds now: a value and its source for each setting, and all that is wrong.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct InForce {
    held: [(ConfigValue, ConfigSource); DEFINITIONS.len()],
    pub(crate) problems: Vec<ConfigProblem>,
}

impl Default for InForce {
    fn default() -> Self {
        Self {
            held: array::from_fn(|index| (DEFINITIONS[index].default, ConfigSource::Default)),
            problems: Vec::new(),
        }
    }
}

impl InForce {
    /// The environment over the file over the defaults. Where the file cannot be understood, what it said before
    /// holds on.
    pub(super) fn of(file: Found, environment: Found, before: &Self) -> Self {
        let is_wrong =
            |name| file.broken || file.problems.iter().any(|problem| problem.setting == Some(name));
        let held = array::from_fn(|index| {
            let definition = &DEFINITIONS[index];
            let last = before.held[index];
            if let Some(value) = environment.values[index] {
                (value, ConfigSource::Environment)
            } else if let Some(value) = file.values[index] {
                (value, ConfigSource::File)
            } else if is_wrong(definition.name) && last.1 == ConfigSource::File {
                last
            } else {
                (definition.default, ConfigSource::Default)
            }
        });
        Self { held, problems: environment.problems.into_iter().chain(file.problems).collect() }
    }

    pub(crate) fn value(&self, key: Key) -> ConfigValue {
        self.held[key as usize].0
    }

    pub(crate) fn source(&self, key: Key) -> ConfigSource {
        self.held[key as usize].1
    }

    pub(crate) fn number(&self, key: Key) -> u32 {
        match self.value(key) {
            ConfigValue::Number(number) => number,
            ConfigValue::Word(_) => unreachable!("{key:?} is a number in the table"),
        }
    }

    fn at_least_one(&self, key: Key) -> NonZeroU32 {
        NonZeroU32::new(self.number(key)).unwrap_or(NonZeroU32::MIN)
    }

    /// What somebody has set; nothing where it is the default that holds, which gives way to a run that asks for
    /// more.
    pub(crate) fn limit(&self, key: Key) -> Option<NonZeroU32> {
        (self.source(key) != ConfigSource::Default).then(|| self.at_least_one(key))
    }

    /// How the engine works by these values, and by the limits that providers have of their own.
    pub(crate) fn engine(&self, own: Limits) -> Settings {
        let millis = |key| Duration::from_millis(self.number(key).into());
        let seconds = |key| Duration::from_secs(self.number(key).into());
        Settings {
            limits: Limits {
                background: self.limit(Key::AgentMaxConcurrent),
                provider: self.limit(Key::ProviderMaxConcurrent),
                raise_above: u8::try_from(self.number(Key::ScaleThreshold)).ok(),
                ..own
            },
            circuits: CircuitPolicy {
                failures: self.at_least_one(Key::FailureThreshold),
                recovery: millis(Key::RecoveryTime),
                fallback: match self.value(Key::FallbackStrategy) {
                    ConfigValue::Word("reject") => FallbackStrategy::Reject,
                    ConfigValue::Word("degrade") => FallbackStrategy::Degrade,
                    _ => FallbackStrategy::Queue,
                },
            },
            retries: RetryPolicy { limit: self.number(Key::RetryLimit), ..RetryPolicy::default() },
            timeouts: Timeouts {
                idle: millis(Key::TimeoutMs),
                first_token: seconds(Key::FirstTokenTimeout),
                total: seconds(Key::ExecTimeout),
            },
        }
    }

    pub(super) fn log(&self) {
        for problem in &self.problems {
            tracing::warn!("configuration: {problem}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::read;
    use std::{collections::BTreeMap, path::Path};

    fn held(file: &str) -> InForce {
        InForce::of(read::file(file, Path::new("config.toml")), Found::default(), &InForce::default())
    }

    #[test]
    fn what_nobody_sets_is_what_the_engine_does_by_itself() {
        let raise_above = Some(Limits::RAISE_ABOVE);
        let limits = Limits { raise_above, ..Limits::default() };
        let expected = Settings { limits, ..Settings::default() };
        assert_eq!(InForce::default().engine(Limits::default()), expected);
    }

    #[test]
    fn every_setting_of_the_engine_arrives_in_its_own_unit() {
        let set = held(
            "agent_max_concurrent = 11\nprovider_max_concurrent = 12\nfailure_threshold = 13\n\
             recovery_time = 14\nfallback_strategy = 'degrade'\nretry_limit = 15\ntimeout_ms = 16\n\
             first_token_timeout = 17\nexec_timeout = 18\nscale_threshold = 19\n",
        );
        assert_eq!(set.problems, []);
        let providers = BTreeMap::from([("mine".to_owned(), NonZeroU32::MIN)]);
        let own = Limits { providers, ..Limits::default() };
        let engine = set.engine(own.clone());
        let number = NonZeroU32::new;
        let (background, provider) = (number(11), number(12));
        assert_eq!(engine.limits, Limits { background, provider, raise_above: Some(19), ..own });
        assert_eq!(Some(engine.circuits.failures), number(13));
        assert_eq!(engine.circuits.recovery, Duration::from_millis(14));
        assert_eq!(engine.circuits.fallback, FallbackStrategy::Degrade);
        assert_eq!(engine.retries.limit, 15);
        assert_eq!(engine.timeouts.idle, Duration::from_millis(16));
        assert_eq!(engine.timeouts.first_token, Duration::from_secs(17));
        assert_eq!(engine.timeouts.total, Duration::from_secs(18));
    }

    #[test]
    fn a_limit_that_is_set_to_its_default_is_set() {
        let engine = held("agent_max_concurrent = 5").engine(Limits::default());
        assert_eq!(engine.limits.background, NonZeroU32::new(5));
        assert_eq!(engine.limits.provider, None);
    }
}

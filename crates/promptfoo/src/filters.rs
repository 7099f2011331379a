//! Which of its tests, providers and prompts are asked for, where not all are.
//!
//! Source: `filterTests`, `filterProviders` and `filterPrompts` in `src/util/eval`.

use crate::{config::ConfigCase, numbers, problem::Log};
use formaops_domain::{CaseSample, JsonObject};
use regex::Regex;
use serde_json::Value;
use std::{collections::HashSet, str::FromStr};

/// What is asked for. All that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// Only providers whose id or label has a match.
    pub providers: Option<Regex>,
    /// Only prompts whose id or label has a match.
    pub prompts: Option<Regex>,
    /// Only tests with all of this in their metadata.
    pub metadata: Vec<MetadataFilter>,
    /// Only tests whose description has a match.
    pub pattern: Option<Regex>,
    /// Of those that are left, only these.
    pub range: Option<TestRange>,
    /// Of those that are left, only so many.
    pub first: Option<u32>,
    /// Of those that are left, only some, chosen by chance.
    pub sample: Option<CaseSample>,
}

impl Filters {
    /// Reads what a configuration says of it under `at`.
    pub(crate) fn read(own: &mut JsonObject, at: &str, log: &mut Log) -> Self {
        let mut sizes = ["filterFirstN", "filterSample", "filterSampleSeed"]
            .map(|name| numbers::whole(own.shift_remove(name).as_ref(), &format!("{at}.{name}"), log));
        let mut reader = Reader { own, at, log };
        Self {
            providers: reader.text("filterProviders").or_else(|| reader.text("filterTargets")),
            prompts: reader.text("filterPrompts"),
            metadata: reader.texts("filterMetadata"),
            pattern: reader.text("filterPattern"),
            range: reader.text("filterRange"),
            first: sizes[0].take(),
            sample: sizes[1].map(|size| CaseSample { size, seed: sizes[2].unwrap_or_default().into() }),
        }
    }

    /// These, and where nothing is said, the others.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            providers: self.providers.or(other.providers),
            prompts: self.prompts.or(other.prompts),
            metadata: if self.metadata.is_empty() { other.metadata } else { self.metadata },
            pattern: self.pattern.or(other.pattern),
            range: self.range.or(other.range),
            first: self.first.or(other.first),
            sample: self.sample.or(other.sample),
        }
    }

    /// The places of the cases that are asked for, in order; of them only those that `is_wanted`. A test is taken or left
    /// as a whole, whichever of its cases are wanted.
    pub fn choose(&self, cases: &[ConfigCase], is_wanted: impl Fn(&ConfigCase) -> bool) -> Vec<u32> {
        let fits = |ConfigCase { case, .. }: &ConfigCase| {
            self.metadata.iter().all(|filter| filter.fits(&case.metadata))
                && matches(self.pattern.as_ref(), &[&case.name])
        };
        let fitting = cases.iter().filter(|case| fits(case) && is_wanted(case));
        let mut tests: Vec<usize> = fitting.map(|case| case.test).collect();
        tests.dedup();
        if let Some(TestRange { from, to }) = self.range {
            let to = to.map_or(usize::MAX, whole).min(tests.len());
            tests = tests.drain(whole(from).min(to)..to).collect();
        }
        tests.truncate(self.first.map_or(usize::MAX, whole));
        let tests: HashSet<usize> = match self.sample {
            Some(sample) => {
                let places = 0..u32::try_from(tests.len()).unwrap_or(u32::MAX);
                sample.choose(places).into_iter().map(|place| tests[whole(place)]).collect()
            }
            None => tests.into_iter().collect(),
        };
        let chosen = (0..).zip(cases).filter(|(_, case)| tests.contains(&case.test) && is_wanted(case));
        chosen.map(|(place, _)| place).collect()
    }
}

fn whole(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Whether one of the texts has a match, or nothing is looked for.
pub(crate) fn matches(pattern: Option<&Regex>, texts: &[&str]) -> bool {
    pattern.is_none_or(|pattern| texts.iter().any(|text| pattern.is_match(text)))
}

/// Takes filters out of an object of a configuration.
struct Reader<'r> {
    own: &'r mut JsonObject,
    at: &'r str,
    log: &'r mut Log,
}

impl Reader<'_> {
    fn text<T: FromStr<Err: std::fmt::Display>>(&mut self, name: &str) -> Option<T> {
        let value = self.own.shift_remove(name).filter(|value| !value.is_null())?;
        self.parse(name, &value)
    }

    fn texts<T: FromStr<Err: std::fmt::Display>>(&mut self, name: &str) -> Vec<T> {
        match self.own.shift_remove(name) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items.iter().filter_map(|item| self.parse(name, item)).collect(),
            Some(one) => self.parse(name, &one).into_iter().collect(),
        }
    }

    fn parse<T: FromStr<Err: std::fmt::Display>>(&mut self, name: &str, value: &Value) -> Option<T> {
        let parsed = value.as_str().ok_or_else(|| "it is no text".to_owned());
        let parsed = parsed.and_then(|text| text.parse().map_err(|error: T::Err| error.to_string()));
        match parsed {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                let message = format!("`{value}` is no `{name}`: {error}");
                self.log.wrong(&format!("{}.{name}", self.at), message, "Correct it, or remove the field.");
                None
            }
        }
    }
}

/// A range that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not `start:end`, such as `0:10`, `10:` or `:10`")]
pub struct InvalidTestRange(String);

/// A filter of metadata that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not `key=value`")]
pub struct InvalidMetadataFilter(String);

/// The tests from one place on, counted from 0, and up to another that is not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestRange {
    /// The first of them.
    pub from: u32,
    /// The first behind them; all of the rest where absent.
    pub to: Option<u32>,
}

impl FromStr for TestRange {
    type Err = InvalidTestRange;

    fn from_str(text: &str) -> Result<Self, InvalidTestRange> {
        let wrong = || InvalidTestRange(text.to_owned());
        let (from, to) = text.split_once(':').ok_or_else(wrong)?;
        let place = |text: &str| match text.trim() {
            "" => Ok(None),
            number => number.parse().map(Some).map_err(|_| wrong()),
        };
        let (from, to): (Option<u32>, Option<u32>) = (place(from)?, place(to)?);
        if from.is_none() && to.is_none() || to.is_some_and(|to| to <= from.unwrap_or(0)) {
            return Err(wrong());
        }
        Ok(Self { from: from.unwrap_or(0), to })
    }
}

/// A field of a test's metadata, and a part of its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataFilter {
    key: String,
    value: String,
}

impl FromStr for MetadataFilter {
    type Err = InvalidMetadataFilter;

    fn from_str(text: &str) -> Result<Self, InvalidMetadataFilter> {
        match text.split_once('=') {
            Some((key, value)) if !key.is_empty() && !value.is_empty() => {
                Ok(Self { key: key.to_owned(), value: value.to_owned() })
            }
            _ => Err(InvalidMetadataFilter(text.to_owned())),
        }
    }
}

impl MetadataFilter {
    fn fits(&self, metadata: &JsonObject) -> bool {
        let has = |value: &Value| match value {
            Value::String(text) => text.contains(&self.value),
            other => other.to_string().contains(&self.value),
        };
        match metadata.get(&self.key) {
            Some(Value::Array(items)) => items.iter().any(has),
            Some(value) => has(value),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formaops_domain::Case;
    use serde_json::json;

    /// Six tests of two cases each; every second is of the kind `b`.
    fn cases() -> Vec<ConfigCase> {
        let case = |place: usize| {
            let test = place / 2;
            let kind = if test.is_multiple_of(2) { "a" } else { "b" };
            let metadata = json!({ "kind": kind, "marks": [test, "all"] }).as_object().cloned().unwrap();
            ConfigCase {
                case: Case {
                    name: format!("test {test}"),
                    metadata,
                    position: u32::try_from(place).unwrap(),
                    ..Case::default()
                },
                vars: None,
                test,
                models: None,
                prompts: None,
            }
        };
        (0..12).map(case).collect()
    }

    fn tests(filters: &Filters) -> Vec<usize> {
        let mut tests: Vec<_> =
            filters.choose(&cases(), |_| true).into_iter().map(|place| place as usize / 2).collect();
        tests.dedup();
        tests
    }

    #[test]
    fn filters_hold_one_after_the_other() {
        let all = Filters::default();
        assert_eq!(all.choose(&cases(), |_| true), (0..12).collect::<Vec<_>>());
        let kind = |value: &str| vec![format!("kind={value}").parse().unwrap()];
        let b = Filters { metadata: kind("b"), ..all.clone() };
        assert_eq!(tests(&b), [1, 3, 5]);
        let marked =
            Filters { metadata: [kind("b"), vec!["marks=3".parse().unwrap()]].concat(), ..all.clone() };
        assert_eq!(tests(&marked), [3], "all of them must hold, and one item of a list is enough");
        assert_eq!(
            tests(&Filters { metadata: vec!["other=b".parse().unwrap()], ..all.clone() }),
            [0usize; 0]
        );
        // A range counts what the filters before it have left.
        let range = |text: &str| text.parse().ok();
        assert_eq!(tests(&Filters { range: range("1:"), ..b.clone() }), [3, 5]);
        assert_eq!(tests(&Filters { range: range("1:9"), first: Some(1), ..b.clone() }), [3]);
        assert_eq!(tests(&Filters { range: range(":2"), ..all.clone() }), [0, 1]);
        assert_eq!(tests(&Filters { range: range("7:9"), ..all.clone() }), [0usize; 0]);
        assert_eq!(tests(&Filters { pattern: Regex::new("[45]$").ok(), ..all.clone() }), [4, 5]);
        let sample = |seed| Filters { sample: Some(CaseSample { size: 2, seed }), ..b.clone() };
        let drawn = tests(&sample(0));
        assert!(drawn.len() == 2 && drawn.iter().all(|test| test % 2 == 1), "{drawn:?}");
        assert_eq!(drawn, tests(&sample(0)));
        assert!((1..20).any(|seed| tests(&sample(seed)) != drawn), "another seed chooses others");
    }

    #[test]
    fn of_a_test_that_is_wanted_in_part_only_those_cases_are_run() {
        let first = Filters { first: Some(2), ..Filters::default() };
        let is_wanted = |case: &ConfigCase| case.case.position >= 5;
        assert_eq!(first.choose(&cases(), is_wanted), [5, 6, 7]);
    }

    #[test]
    fn what_is_malformed_is_refused_with_an_example() {
        for text in ["", ":", "5", "a:b", "3:3", "4:2", "-1:2", "1:2:3"] {
            assert!(text.parse::<TestRange>().unwrap_err().to_string().contains("`10:`"), "{text}");
        }
        assert_eq!("2:10".parse(), Ok(TestRange { from: 2, to: Some(10) }));
        for text in ["kind", "=b", "kind="] {
            assert!(text.parse::<MetadataFilter>().is_err(), "{text}");
        }
        let mut log = Log::new("c.yaml");
        let mut own =
            json!({ "filterRange": "9", "filterSample": "3", "filterPattern": "(", "filterMetadata": 7 });
        Filters::read(own.as_object_mut().unwrap(), "commandLineOptions", &mut log);
        let at: Vec<_> = log.problems.iter().map(|problem| problem.at.path.as_str()).collect();
        let fields = ["filterSample", "filterMetadata", "filterPattern", "filterRange"];
        assert_eq!(at, fields.map(|field| format!("c.yaml: commandLineOptions.{field}")));
    }
}

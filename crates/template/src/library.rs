//! The partials that templates may use, each read once when it is first needed.

use crate::{
    analysis,
    diagnostic::Problem,
    parse::{self, Parsed},
};
use std::{cell::OnceCell, collections::BTreeMap};

/// Partials by name.
pub type Partials = BTreeMap<String, String>;

#[derive(Debug, Default)]
pub(crate) struct Library<'t> {
    entries: BTreeMap<&'t str, Entry<'t>>,
}

#[derive(Debug)]
struct Entry<'t> {
    text: &'t str,
    parsed: OnceCell<Parsed>,
    errors: OnceCell<Vec<Problem>>,
}

impl<'t> Library<'t> {
    pub(crate) fn new(partials: &'t Partials) -> Self {
        let entry = |text: &'t String| Entry { text, parsed: OnceCell::new(), errors: OnceCell::new() };
        Self { entries: partials.iter().map(|(name, text)| (name.as_str(), entry(text))).collect() }
    }

    /// The text of a partial and its tree.
    pub(crate) fn find(&self, name: &str) -> Option<(&'t str, &Parsed)> {
        let entry = self.entries.get(name)?;
        Some((entry.text, entry.parsed.get_or_init(|| parse::parse(entry.text))))
    }

    /// What is wrong with a partial whoever calls it.
    pub(crate) fn errors(&self, name: &str) -> &[Problem] {
        match (self.entries.get(name), self.find(name)) {
            (Some(entry), Some((_, parsed))) => {
                entry.errors.get_or_init(|| analysis::errors_of_partial(parsed, self))
            }
            _ => &[],
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'t str> {
        self.entries.keys().copied()
    }
}

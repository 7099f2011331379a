//! The partials that templates may use, each read once when it is first needed.

use crate::parse::{self, Parsed};
use std::{cell::OnceCell, collections::BTreeMap};

/// Partials by name.
pub type Partials = BTreeMap<String, String>;

#[derive(Debug, Default)]
pub(crate) struct Library<'t> {
    parsed: BTreeMap<&'t str, (&'t str, OnceCell<Parsed>)>,
}

impl<'t> Library<'t> {
    pub(crate) fn new(partials: &'t Partials) -> Self {
        let parsed = partials.iter().map(|(name, text)| (name.as_str(), (text.as_str(), OnceCell::new())));
        Self { parsed: parsed.collect() }
    }

    /// The text of a partial and its tree.
    pub(crate) fn find(&self, name: &str) -> Option<(&'t str, &Parsed)> {
        let (text, parsed) = self.parsed.get(name)?;
        Some((text, parsed.get_or_init(|| parse::parse(text))))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'t str> {
        self.parsed.keys().copied()
    }
}

//! The catalogue: what models can do and cost, each fact with its source and the day it was read.

use crate::DryRun;
use formaops_domain::{CatalogueModel, Listed, ModelRef, Origin, Price, Provider, ProviderKind, Source};
use serde::Deserialize;
use std::sync::LazyLock;

/// What is known of models. What it does not hold is unknown, and shown as unknown.
///
/// Models are found by the origin of their provider's address, not by the provider's name, so a
/// provider that the user renamed keeps its prices. Models of the dry run, and of servers on this
/// machine, are free.
#[derive(Debug)]
pub struct Catalogue {
    vendors: Vec<Vendor>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    vendors: Vec<Vendor>,
}

/// The models that are served at one address.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Vendor {
    origin: Origin,
    models: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    id: String,
    /// Dated snapshots that have the same limits and prices.
    #[serde(default)]
    also: Vec<String>,
    title: Option<String>,
    context_window: Option<u64>,
    max_output_tokens: Option<u64>,
    price: Option<Price>,
    source: Source,
}

impl Catalogue {
    /// The catalogue that comes with FormaOps.
    ///
    /// # Panics
    /// Never: the file is part of the program, and read by test.
    #[must_use]
    pub fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<Catalogue> = LazyLock::new(|| {
            let text = include_str!("../../../assets/catalogue.json");
            let file: File = serde_json::from_str(text).expect("the shipped catalogue can be read");
            Catalogue { vendors: file.vendors }
        });
        &SHIPPED
    }

    /// What is known of a model of this provider. Of an unknown model, only its name is.
    #[must_use]
    pub fn get(&self, provider: &Provider, model: &str) -> CatalogueModel {
        let entry = self.entries(provider).iter().find(|entry| entry.names().any(|name| name == model));
        let named = ModelRef { provider: provider.name.clone(), model: model.to_owned() };
        let mut known = entry.map_or_else(
            || CatalogueModel {
                model: named.clone(),
                title: None,
                context_window: None,
                max_output_tokens: None,
                price: None,
                source: None,
                listed: Listed::Unknown,
            },
            |entry| CatalogueModel {
                model: named.clone(),
                title: entry.title.clone(),
                context_window: entry.context_window,
                max_output_tokens: entry.max_output_tokens,
                price: entry.price.clone(),
                source: Some(entry.source.clone()),
                listed: Listed::Unknown,
            },
        );
        if is_free(provider) {
            known.price = Some(Price::FREE);
        }
        known
    }

    /// All known models of this provider, under their main ids, in the order of the catalogue.
    #[must_use]
    pub fn list(&self, provider: &Provider) -> Vec<CatalogueModel> {
        if provider.kind == ProviderKind::DryRun {
            return vec![self.get(provider, DryRun::MODEL)];
        }
        self.entries(provider).iter().map(|entry| self.get(provider, &entry.id)).collect()
    }

    fn entries(&self, provider: &Provider) -> &[Entry] {
        let origin = provider.origin();
        let vendor = self.vendors.iter().find(|vendor| Some(&vendor.origin) == origin.as_ref());
        vendor.map(|vendor| vendor.models.as_slice()).unwrap_or_default()
    }
}

impl Entry {
    fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.id).chain(&self.also).map(String::as_str)
    }
}

/// Whether calls of this provider cost nothing: they never leave this machine.
fn is_free(provider: &Provider) -> bool {
    match provider.kind {
        ProviderKind::DryRun => true,
        _ => provider.origin().is_some_and(|origin| origin.is_loopback()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formaops_domain::{NanoUsd, Usage};
    use std::collections::HashSet;

    fn at(base_url: &str) -> Provider {
        Provider { name: "mine".to_owned(), ..formaops_testkit::provider(base_url.parse().unwrap(), None) }
    }

    #[test]
    fn a_model_is_found_by_the_address_of_its_provider_whatever_that_is_called() {
        let known = Catalogue::shipped().get(&at("https://api.openai.com/v1/"), "gpt-4o");
        assert_eq!(known.model.to_string(), "mine:gpt-4o");
        assert_eq!((known.context_window, known.max_output_tokens), (Some(128_000), Some(16_384)));
        let usage = Usage { input_tokens: 1_000, output_tokens: 1_000, ..Usage::default() };
        assert_eq!(known.price.unwrap().cost(&usage), NanoUsd::from_nanos(12_500_000));
        assert!(known.source.is_some());
    }

    #[test]
    fn a_dated_snapshot_shares_what_is_known_of_its_model() {
        let openai = at("https://api.openai.com/v1");
        let prices = ["gpt-4.1", "gpt-4.1-2025-04-14"].map(|id| Catalogue::shipped().get(&openai, id).price);
        assert!(prices[0].is_some() && prices[0] == prices[1]);
        // An older snapshot that costs more has an entry of its own.
        let old = Catalogue::shipped().get(&openai, "gpt-4o-2024-05-13").price.unwrap();
        assert_eq!(old.input, 5_000_000_000);
    }

    #[test]
    fn what_is_not_known_is_unknown_and_not_free() {
        for (url, model) in [
            ("https://api.openai.com/v1", "gpt-99"),
            ("https://example.com/v1", "gpt-4o"),
            ("http://api.openai.com/v1", "gpt-4o"),
        ] {
            let unknown = Catalogue::shipped().get(&at(url), model);
            assert_eq!((unknown.price, unknown.context_window, unknown.source), (None, None, None), "{url}");
        }
    }

    #[test]
    fn a_server_on_this_machine_and_the_dry_run_are_free() {
        let local = Catalogue::shipped().get(&at("http://127.0.0.1:11434/v1"), "llama3:8b");
        assert_eq!((local.price, local.context_window), (Some(Price::FREE), None));
        let dry = Provider { kind: ProviderKind::DryRun, base_url: None, ..at("http://unused") };
        let models = Catalogue::shipped().list(&dry);
        assert_eq!(models[0].model.to_string(), "mine:echo");
        assert_eq!(models[0].price, Some(Price::FREE));
    }

    #[test]
    fn every_entry_is_plausible_and_says_where_it_comes_from() {
        for vendor in &Catalogue::shipped().vendors {
            let mut seen = HashSet::new();
            for entry in &vendor.models {
                assert!(entry.names().all(|name| seen.insert(name)), "{} stands there twice", entry.id);
                assert!(entry.source.source.starts_with("https://"), "{}", entry.id);
                assert!(entry.source.date.parse::<jiff::civil::Date>().is_ok(), "{}", entry.id);
                let window = entry.context_window.unwrap_or(u64::MAX);
                assert!(entry.max_output_tokens.is_none_or(|most| most <= window), "{}", entry.id);
                let Some(price) = &entry.price else { continue };
                // Between a cent and a thousand dollars per million tokens, and output costs more.
                assert!((10_000_000..1_000_000_000_000).contains(&price.input), "{}", entry.id);
                assert!(price.output > price.input, "{}", entry.id);
                assert!(price.cached_input.is_none_or(|cached| cached < price.input), "{}", entry.id);
                assert!(price.tiers.iter().all(|tier| tier.input > price.input), "{}", entry.id);
            }
        }
        assert!(Catalogue::shipped().list(&at("https://api.openai.com/v1")).len() > 10);
    }
}

//! What is known of models, at whose address, and who is believed where sources differ.

use super::*;
use formaops_domain::{NanoUsd, Usage};
use std::collections::HashSet;

fn at(base_url: &str) -> Provider {
    Provider { name: "mine".to_owned(), ..formaops_testkit::provider(base_url.parse().unwrap(), None) }
}

fn of(kind: ProviderKind, base_url: &str) -> Provider {
    Provider { kind, ..at(base_url) }
}

fn bedrock() -> Provider {
    of(ProviderKind::Bedrock, "https://bedrock-runtime.eu-central-1.amazonaws.com")
}

fn azure() -> Provider {
    of(ProviderKind::AzureOpenAi, "https://my-resource.openai.azure.com/openai/v1")
}

fn price(provider: &Provider, model: &str) -> Option<Price> {
    Catalogue::shipped().get(provider, model).price
}

#[test]
fn a_model_is_found_by_the_address_of_its_provider_whatever_that_is_called() {
    let known = Catalogue::shipped().get(&at("https://api.openai.com/v1/"), "gpt-4o");
    assert_eq!(known.model.to_string(), "mine:gpt-4o");
    assert_eq!((known.context_window, known.max_output_tokens), (Some(128_000), Some(16_384)));
    assert_eq!((known.capabilities.images, known.capabilities.reasoning), (Some(true), Some(false)));
    assert_eq!(known.retires_on.as_deref(), Some("2027-01-14"));
    let usage = Usage { input_tokens: 1_000, output_tokens: 1_000, ..Usage::default() };
    assert_eq!(known.price.unwrap().cost(&usage), NanoUsd::from_nanos(12_500_000));
    assert!(known.sources.price.unwrap().source.starts_with("https://"));
}

#[test]
fn a_dated_snapshot_shares_what_is_known_of_its_model() {
    let openai = at("https://api.openai.com/v1");
    let prices = ["gpt-4.1", "gpt-4.1-2025-04-14"].map(|id| price(&openai, id));
    assert!(prices[0].is_some() && prices[0] == prices[1]);
    // An older snapshot that costs more has an entry of its own.
    assert_eq!(price(&openai, "gpt-4o-2024-05-13").unwrap().input, 5_000_000_000);
}

#[test]
fn what_is_not_known_is_unknown_and_not_free() {
    for (provider, model) in [
        (at("https://api.openai.com/v1"), "gpt-99"),
        (at("https://example.com/v1"), "gpt-4o"),
        (at("http://api.openai.com/v1"), "gpt-4o"),
        (at("https://api.openai.com.example.com/v1"), "gpt-4o"),
        (of(ProviderKind::Ollama, "http://192.168.1.2:11434"), "llama3:8b"),
        (of(ProviderKind::Ollama, "https://ollama.example.com"), "llama3:8b"),
    ] {
        let unknown = Catalogue::shipped().get(&provider, model);
        let reference = unknown.model.clone();
        assert_eq!(
            (unknown.price, unknown.context_window, unknown.sources),
            Default::default(),
            "{reference}"
        );
    }
}

#[test]
fn a_server_on_this_machine_and_the_dry_run_are_free() {
    let local = Catalogue::shipped().get(&of(ProviderKind::Ollama, "http://127.0.0.1:11434"), "llama3:8b");
    assert_eq!((local.price, local.context_window), (Some(Price::FREE), None));
    let dry = Provider { kind: ProviderKind::DryRun, base_url: None, ..at("http://unused") };
    assert_eq!(Catalogue::shipped().ids(&dry), [DryRun::MODEL]);
    assert_eq!(price(&dry, DryRun::MODEL), Some(Price::FREE));
}

#[test]
fn a_model_on_bedrock_is_known_by_its_profiles_and_arns_in_every_region() {
    let known = |model: &str| price(&bedrock(), model).map(|price| price.input);
    let (id, base) = ("amazon.nova-micro-v1:0", Some(35_000_000));
    assert_eq!(known(id), base);
    assert_eq!((known(&format!("us.{id}")), known(&format!("global.{id}"))), (base, base));
    assert_eq!(known(&format!("arn:aws:bedrock:eu-west-1::foundation-model/{id}")), base);
    // Calls that stay in one part of the world may cost more than those that go anywhere.
    let opus = "anthropic.claude-opus-4-5-20251101-v1:0";
    assert!(known(&format!("eu.{opus}")) > known(&format!("global.{opus}")));
    let profile = format!("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.{opus}");
    assert_eq!(known(&profile), known(&format!("eu.{opus}")));
    assert_eq!(known("arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2"), None);
    // An endpoint in a network of the user's own is known by its kind.
    let own = of(ProviderKind::Bedrock, "https://vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com");
    assert_eq!(price(&own, id), price(&bedrock(), id));
}

#[test]
fn a_deployment_on_azure_is_the_model_that_the_user_says_it_is() {
    let named_like_a_model = Catalogue::shipped().get(&azure(), "gpt-4o");
    assert_eq!((named_like_a_model.price, named_like_a_model.context_window), (None, None));
    assert!(Catalogue::shipped().has_own_names(&azure()) && Catalogue::shipped().ids(&azure()).is_empty());

    let edit = ModelEdit { same_as: Some("o3".to_owned()), ..ModelEdit::default() };
    let told = Told { edit: Some(&edit), ..Told::default() };
    let said = Catalogue::shipped().describe(&azure(), "my-deployment", told);
    assert_eq!(said.model.model, "my-deployment");
    assert_eq!((said.context_window, said.same_as.as_deref()), (Some(200_000), Some("o3")));
    let hot = serde_json::from_str(r#"{"temperature": 0.2}"#).unwrap();
    let problems = crate::quirks::problems(&said.parameters, &said.model.model, &hot);
    assert_eq!(problems[0].message, "`temperature` can only be 1 for `my-deployment`, got 0.2");
}

#[test]
fn the_providers_list_stands_over_the_catalogue_and_the_user_over_both() {
    let openai = at("https://api.openai.com/v1");
    let day = |date: &str| format!("{date}T12:00:00Z").parse::<Timestamp>().unwrap();
    let listed = ListedModel {
        context_window: Some(1),
        max_output_tokens: Some(2),
        capabilities: Capabilities { tools: Some(false), ..Capabilities::default() },
        retires_on: Some("2027-02-01".to_owned()),
        ..ListedModel::new("gpt-4o")
    };
    let edit = ModelEdit {
        context_window: Some(3),
        capabilities: Capabilities { images: Some(false), ..Capabilities::default() },
        updated_at: day("2026-12-02"),
        ..ModelEdit::default()
    };
    let list = [listed];
    let told = Told { list: Some((&list, day("2026-12-01"))), edit: Some(&edit) };
    let known = Catalogue::shipped().describe(&openai, "gpt-4o", told);
    let shipped = Catalogue::shipped().get(&openai, "gpt-4o");
    let from = |source: Option<Source>| source.map(|source| (source.source, source.date));
    let said = |source: &str, date: &str| Some((source.to_owned(), date.to_owned()));
    assert_eq!(
        (known.context_window, from(known.sources.context_window)),
        (Some(3), said("user", "2026-12-02"))
    );
    assert_eq!(
        (known.max_output_tokens, from(known.sources.max_output_tokens)),
        (Some(2), said("list", "2026-12-01"))
    );
    assert_eq!(known.retires_on.as_deref(), Some("2027-02-01"));
    assert_eq!((known.price, known.sources.price), (shipped.price, shipped.sources.price));
    assert_eq!(known.listed, Listed::Yes);
    // Each capability is from who says it; those that nobody else speaks of are the catalogue's.
    assert_eq!((known.capabilities.images, known.capabilities.tools), (Some(false), Some(false)));
    assert_eq!(known.capabilities.files, shipped.capabilities.files);

    let absent = Catalogue::shipped().describe(&openai, "gpt-4.1", Told { edit: None, ..told });
    assert_eq!((absent.listed, absent.context_window), (Listed::No, Some(1_047_576)));
}

#[test]
fn what_nobody_lists_can_be_described_by_the_user() {
    let price = Price { input: 5, output: 7, ..Price::default() };
    let edit = ModelEdit { price: Some(price.clone()), ..ModelEdit::default() };
    let told = Told { edit: Some(&edit), ..Told::default() };
    for provider in [at("https://models.example.com/v1"), at("http://127.0.0.1:1/v1")] {
        let known = Catalogue::shipped().describe(&provider, "own", told);
        assert_eq!(known.price, Some(price.clone()), "also where it would be free");
        assert_eq!(known.sources.price.unwrap().source, "user");
    }
}

#[test]
fn every_entry_is_plausible_and_says_where_it_comes_from() {
    let is_date = |date: &str| date.parse::<jiff::civil::Date>().is_ok();
    for vendor in &Catalogue::shipped().vendors {
        assert!(!vendor.origins.is_empty() && vendor.models.len() > 3, "{:?}", vendor.origins);
        assert!(
            vendor.origins.iter().all(|origin| origin.starts_with("https://") && origin.ends_with(":443"))
        );
        let mut seen = HashSet::new();
        for entry in &vendor.models {
            let id = &entry.id;
            assert!(entry.names().all(|name| seen.insert(name)), "{id} stands there twice");
            let source = entry.source.as_ref().unwrap_or(&vendor.source);
            assert!(source.source.starts_with("https://") && is_date(&source.date), "{id}");
            assert!(entry.title.as_ref().is_none_or(|title| !title.trim().is_empty() && title != id), "{id}");
            assert!(entry.retires_on.as_deref().is_none_or(is_date), "{id}");
            let window = entry.context_window.unwrap_or(u64::MAX);
            assert!(entry.context_window.is_none_or(|window| (4_000..=10_000_000).contains(&window)), "{id}");
            assert!(entry.max_output_tokens.is_none_or(|most| most <= window), "{id}");
            let Some(price) = entry.price.as_ref().filter(|price| **price != Price::FREE) else { continue };
            // Between a cent and a thousand dollars per million tokens, and output costs no less.
            let is_plausible = |nanos: u64| (10_000_000..1_000_000_000_000).contains(&nanos);
            let output = [Some(price.output), price.reasoning];
            assert!([price.input].into_iter().chain(output.into_iter().flatten()).all(is_plausible), "{id}");
            assert!(price.output >= price.input, "{id}");
            assert!(price.cached_input.is_none_or(|cached| 0 < cached && cached < price.input), "{id}");
            assert!(price.cache_write.is_none_or(|write| price.input < write), "{id}");
            assert!(price.tiers.is_sorted_by(|a, b| a.above < b.above && a.input < b.input), "{id}");
            for tier in &price.tiers {
                assert!(0 < tier.above && tier.above < window, "{id}");
                assert!(price.input < tier.input && price.output < tier.output, "{id}");
                assert_eq!(tier.cached_input.is_some(), price.cached_input.is_some(), "{id}");
                assert_eq!(tier.cache_write.is_some(), price.cache_write.is_some(), "{id}");
            }
        }
    }
    assert!(Catalogue::shipped().ids(&at("https://api.openai.com/v1")).len() > 10);
}

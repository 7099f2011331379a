//! The catalogue: what models can do and cost, each fact with its source and the day it was read.

pub(crate) mod bedrock_id;

use crate::{DryRun, Quirks, glob};
use formaops_domain::{
    Capabilities, CatalogueModel, Listed, ListedModel, ModelEdit, ModelRef, Price, Provider, ProviderKind,
    Source, Timestamp,
};
use serde::Deserialize;
use std::sync::LazyLock;

/// What is known of models. What it does not hold is unknown, and shown as unknown.
///
/// Models are found by the origin of their provider's address, not by the provider's name, so a
/// provider that the user renamed keeps its prices; where the address is the user's own, as with a
/// resource on Azure, by its kind. Models of the dry run, and of servers on this machine, are free.
#[derive(Debug)]
pub struct Catalogue {
    vendors: Vec<Vendor>,
}

/// The models of one vendor.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Vendor {
    /// Patterns of the origins that serve them.
    origins: Vec<String>,
    /// The kinds of providers that serve them wherever they are.
    #[serde(default)]
    kinds: Vec<ProviderKind>,
    /// Whether what is called there has names of the user's own: only the user knows which model it is.
    #[serde(default)]
    own_names: bool,
    /// Where all that is not said otherwise comes from.
    source: Source,
    models: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    id: String,
    /// Other ids, such as those of dated snapshots, that have the same limits and prices.
    #[serde(default)]
    also: Vec<String>,
    title: Option<String>,
    context_window: Option<u64>,
    max_output_tokens: Option<u64>,
    price: Option<Price>,
    #[serde(default)]
    capabilities: Capabilities,
    retires_on: Option<String>,
    source: Option<Source>,
}

/// What others say of a provider's models. Its list stands over the catalogue, the user over both.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told<'a> {
    /// The provider's own list, and when it was read.
    pub list: Option<(&'a [ListedModel], Timestamp)>,
    /// What the user says of this one model.
    pub edit: Option<&'a ModelEdit>,
}

/// The shipped files, in the order their vendors are looked through.
const FILES: [&str; 10] = [
    include_str!("../../../assets/catalogue/openai.json"),
    include_str!("../../../assets/catalogue/anthropic.json"),
    include_str!("../../../assets/catalogue/google.json"),
    include_str!("../../../assets/catalogue/azure.json"),
    include_str!("../../../assets/catalogue/bedrock.json"),
    include_str!("../../../assets/catalogue/mistral.json"),
    include_str!("../../../assets/catalogue/groq.json"),
    include_str!("../../../assets/catalogue/deepseek.json"),
    include_str!("../../../assets/catalogue/xai.json"),
    include_str!("../../../assets/catalogue/together.json"),
];

impl Catalogue {
    /// The catalogue that comes with FormaOps.
    ///
    /// # Panics
    /// Never: the files are part of the program, and read by test.
    #[must_use]
    pub fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<Catalogue> = LazyLock::new(|| {
            let read = |text| serde_json::from_str(text).expect("the shipped catalogue can be read");
            Catalogue { vendors: FILES.into_iter().map(read).collect() }
        });
        &SHIPPED
    }

    /// What the catalogue alone knows of a model of this provider. Of an unknown model, only its name is.
    #[must_use]
    pub fn get(&self, provider: &Provider, model: &str) -> CatalogueModel {
        self.describe(provider, model, Told::default())
    }

    /// All that is known of a model of this provider, each fact from who knows it best.
    #[must_use]
    pub fn describe(&self, provider: &Provider, model: &str, told: Told<'_>) -> CatalogueModel {
        let vendor = self.vendor(provider);
        let own_names = vendor.is_some_and(|vendor| vendor.own_names);
        let same_as = told.edit.and_then(|edit| edit.same_as.as_deref());
        let known_as = same_as.or((!own_names).then_some(model));
        let mut known =
            CatalogueModel::unknown(ModelRef { provider: provider.name.clone(), model: model.to_owned() });
        known.same_as = same_as.map(str::to_owned);
        known.parameters =
            Quirks::of(provider.kind, provider.origin().as_ref(), known_as.unwrap_or_default()).rules();
        if let Some((vendor, entry)) =
            vendor.and_then(|vendor| Some((vendor, vendor.entry(provider.kind, known_as?)?)))
        {
            known.title.clone_from(&entry.title);
            entry.facts().lay_over(&mut known, entry.source.as_ref().unwrap_or(&vendor.source));
        }
        if is_free(provider) {
            known.price = Some(Price::FREE);
            known.sources.price = None;
        }
        if let Some((list, at)) = told.list {
            // Where names are the user's own, the list is of the models behind them: it tells of the one that
            // this is said to be, and cannot tell whether there is a deployment of this name.
            let listed_as = if own_names { same_as } else { Some(model) };
            let listed = list.iter().find(|listed| Some(listed.id.as_str()) == listed_as);
            known.listed = match listed {
                _ if own_names => Listed::Unknown,
                Some(_) => Listed::Yes,
                None => Listed::No,
            };
            if let Some(listed) = listed {
                known.title = listed.title.clone().or(known.title);
                Facts::of_list(listed).lay_over(&mut known, &Source::list(at));
            }
        }
        if let Some(edit) = told.edit.filter(|edit| !edit.has_no_facts()) {
            known.beneath = Some(Box::new(known.clone()));
            Facts::of_edit(edit).lay_over(&mut known, &Source::user(edit.updated_at));
        }
        known
    }

    /// The main ids of all models that are known to be there at this provider, in the order of the catalogue.
    #[must_use]
    pub fn ids(&self, provider: &Provider) -> Vec<&str> {
        if provider.kind == ProviderKind::DryRun {
            return vec![DryRun::MODEL];
        }
        let vendor = self.vendor(provider).filter(|vendor| !vendor.own_names);
        vendor.iter().flat_map(|vendor| &vendor.models).map(|entry| entry.id.as_str()).collect()
    }

    /// Whether what this provider calls a model is a name of the user's own, such as a deployment on Azure.
    #[must_use]
    pub fn has_own_names(&self, provider: &Provider) -> bool {
        self.vendor(provider).is_some_and(|vendor| vendor.own_names)
    }

    fn vendor(&self, provider: &Provider) -> Option<&Vendor> {
        let origin = provider.origin()?.to_string();
        let is_at = |vendor: &&Vendor| vendor.origins.iter().any(|pattern| glob::matches(pattern, &origin));
        let is_of = |vendor: &&Vendor| vendor.kinds.contains(&provider.kind);
        self.vendors.iter().find(is_at).or_else(|| self.vendors.iter().find(is_of))
    }
}

impl Vendor {
    /// The entry of a model: of the very id where there is one, as prices differ between parts of the world.
    fn entry(&self, kind: ProviderKind, model: &str) -> Option<&Entry> {
        let find = |id: &str| self.models.iter().find(|entry| entry.names().any(|name| name == id));
        match kind {
            ProviderKind::Bedrock => {
                find(bedrock_id::of_arn(model)).or_else(|| find(bedrock_id::of_model(model)))
            }
            _ => find(model),
        }
    }
}

impl Entry {
    fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.id).chain(&self.also).map(String::as_str)
    }
}

/// What one source says of a model.
struct Facts<'a> {
    context_window: Option<u64>,
    max_output_tokens: Option<u64>,
    price: Option<&'a Price>,
    capabilities: Capabilities,
    retires_on: Option<&'a String>,
}

impl Entry {
    fn facts(&self) -> Facts<'_> {
        Facts {
            context_window: self.context_window,
            max_output_tokens: self.max_output_tokens,
            price: self.price.as_ref(),
            capabilities: self.capabilities,
            retires_on: self.retires_on.as_ref(),
        }
    }
}

impl<'a> Facts<'a> {
    fn of_list(listed: &'a ListedModel) -> Self {
        Self {
            context_window: listed.context_window,
            max_output_tokens: listed.max_output_tokens,
            price: listed.price.as_ref(),
            capabilities: listed.capabilities,
            retires_on: listed.retires_on.as_ref(),
        }
    }

    fn of_edit(edit: &'a ModelEdit) -> Self {
        Self {
            context_window: edit.context_window,
            max_output_tokens: edit.max_output_tokens,
            price: edit.price.as_ref(),
            capabilities: edit.capabilities,
            retires_on: edit.retires_on.as_ref(),
        }
    }

    /// Lays these over what is known, each with where it comes from. What is not said stays.
    fn lay_over(self, known: &mut CatalogueModel, source: &Source) {
        let from = &mut known.sources;
        lay(&mut known.context_window, &mut from.context_window, self.context_window, source);
        lay(&mut known.max_output_tokens, &mut from.max_output_tokens, self.max_output_tokens, source);
        lay(&mut known.price, &mut from.price, self.price.cloned(), source);
        lay(&mut known.retires_on, &mut from.retires_on, self.retires_on.cloned(), source);
        let (can, said, from) = (&mut known.capabilities, self.capabilities, &mut from.capabilities);
        lay(&mut can.images, &mut from.images, said.images, source);
        lay(&mut can.files, &mut from.files, said.files, source);
        lay(&mut can.tools, &mut from.tools, said.tools, source);
        lay(&mut can.json_schema, &mut from.json_schema, said.json_schema, source);
        lay(&mut can.reasoning, &mut from.reasoning, said.reasoning, source);
        lay(&mut can.cache, &mut from.cache, said.cache, source);
    }
}

fn lay<T>(fact: &mut Option<T>, from: &mut Option<Source>, said: Option<T>, source: &Source) {
    if said.is_some() {
        *fact = said;
        *from = Some(source.clone());
    }
}

/// Whether calls of this provider cost nothing: they never leave this machine.
fn is_free(provider: &Provider) -> bool {
    provider.kind == ProviderKind::DryRun || provider.origin().is_some_and(|origin| origin.is_loopback())
}

#[cfg(test)]
mod tests;

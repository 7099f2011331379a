//! Models: the catalogue, merged with what the providers list and what the user says.

use crate::{ApiError, App, Caller, Problem};
use formaops_domain::{
    AttachmentKind, Body, Capabilities, CatalogueModel, ModelEdit, ModelFact, ModelRef, Noun, Page,
    Parameter, ParameterProblem, Parameters, Place, Price, Provider, ResponseFormat, Span, UntakenAttachment,
};
use formaops_providers::{Catalogue, Told, quirks};
use formaops_store::ProviderModels;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Asks for models.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListModels {
    /// Only those of this provider, by name.
    #[serde(default)]
    pub provider: Option<String>,
    /// Whether to ask the provider for its list now, which is a request to it. Needs `provider`.
    #[serde(default)]
    pub refresh: bool,
}

/// Says what is true of a model, over what the catalogue and the provider's list know, and takes back what was
/// said. What is absent stays as it was said before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateModel {
    /// The model; nobody has to list it.
    pub model: ModelRef,
    /// The model that it is, where its name is the user's own, such as `gpt-4o` for a deployment on Azure.
    #[serde(default)]
    pub same_as: Option<String>,
    /// The most tokens of request and answer together.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub context_window: Option<u64>,
    /// The most tokens of an answer.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub max_output_tokens: Option<u64>,
    /// What it costs; all of it, as one price.
    #[serde(default)]
    pub price: Option<Price>,
    /// What it can do; those that are absent stay.
    #[serde(default)]
    pub capabilities: Capabilities,
    /// The day from which it no longer answers: `YYYY-MM-DD`.
    #[serde(default)]
    pub retires_on: Option<String>,
    /// Facts that are no longer said: what the catalogue and the provider's list know of them holds again.
    #[serde(default)]
    pub clear: Vec<ModelFact>,
}

/// Forgets what the user said of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResetModel {
    /// The model.
    pub model: ModelRef,
}

/// What everybody says of the models of one provider.
struct Known {
    provider: Provider,
    list: Option<ProviderModels>,
    edits: Vec<(String, ModelEdit)>,
}

impl Known {
    async fn of(app: &App, provider: Provider) -> Result<Self, ApiError> {
        let list = app.store.find_provider_models(provider.id).await?;
        let edits = app.store.list_model_edits(provider.id).await?;
        Ok(Self { provider, list, edits })
    }

    fn edit(&self, model: &str) -> Option<&ModelEdit> {
        self.edits.iter().find(|(id, _)| id == model).map(|(_, edit)| edit)
    }

    fn describe(&self, model: &str) -> CatalogueModel {
        let list = self.list.as_ref().map(|list| (list.models.as_slice(), list.listed_at));
        Catalogue::shipped().describe(&self.provider, model, Told { list, edit: self.edit(model) })
    }

    /// The models that anybody speaks of and that can be called so, each once: those of the catalogue first. A
    /// list of models behind names of the user's own has none that can be called.
    fn models(&self) -> Vec<CatalogueModel> {
        let shipped = Catalogue::shipped().ids(&self.provider).into_iter();
        let list = self.list.as_ref().filter(|_| !Catalogue::shipped().has_own_names(&self.provider));
        let listed = list.iter().flat_map(|list| &list.models).map(|listed| listed.id.as_str());
        let edited = self.edits.iter().map(|(id, _)| id.as_str());
        let mut seen = HashSet::new();
        let ids = shipped.chain(listed).chain(edited).filter(|id| seen.insert(*id));
        ids.map(|id| self.describe(id)).collect()
    }
}

/// All that is known of a model at its provider.
pub(super) async fn find_model(app: &App, model: &ModelRef) -> Result<CatalogueModel, ApiError> {
    let provider = app.registry.config(&model.provider).await?;
    Ok(Known::of(app, provider).await?.describe(&model.model))
}

/// What a model does not take of these parameters: at most one problem for each. The free object is not judged.
pub(super) fn parameter_problems(known: &CatalogueModel, parameters: &Parameters) -> Vec<ParameterProblem> {
    let mut problems = quirks::problems(&known.parameters, &known.model.model, parameters);
    let Capabilities { tools, json_schema, .. } = known.capabilities;
    let asks_schema = matches!(parameters.response_format, Some(ResponseFormat::Schema { .. }));
    let (name, capabilities) = (&known.model.model, "Where this one does, say so among its capabilities.");
    let unable = [
        (
            tools == Some(false) && !parameters.tools.is_empty(),
            Parameter::Tools,
            format!("`{name}` asks for no tools"),
            format!("Leave `tools` out, or choose a model that asks for tools. {capabilities}"),
        ),
        (
            json_schema == Some(false) && asks_schema,
            Parameter::ResponseFormat,
            format!("the answer of `{name}` cannot be bound to a JSON Schema"),
            format!("Set `responseFormat` to `json`, or choose a model that takes schemas. {capabilities}"),
        ),
    ];
    for (is_asked, parameter, message, hint) in unable {
        if is_asked && problems.iter().all(|problem| problem.parameter != parameter) {
            problems.push(ParameterProblem { parameter, message, hint });
        }
    }
    problems
}

/// The most tokens of an answer: as it is asked for, else as the model allows, which is never more than its context.
pub(super) fn longest_answer(known: &CatalogueModel, parameters: &Parameters) -> Option<u64> {
    parameters.asked_output_tokens().or(known.max_output_tokens).or(known.context_window)
}

/// What is attached to the messages and the model is known not to take.
pub(super) fn untaken_attachments(known: &CatalogueModel, body: &Body) -> Vec<UntakenAttachment> {
    let Capabilities { images, files, .. } = known.capabilities;
    let untaken = body.attachments().filter_map(|(place, attachment)| {
        let (kind, kinds, taken) = if attachment.is_image() {
            (AttachmentKind::Image, "images", images)
        } else {
            (AttachmentKind::File, "files", files)
        };
        let name = attachment.name.clone();
        (taken == Some(false)).then(|| UntakenAttachment {
            message: format!("`{}` takes no {kinds}, and `{place}` is `{name}`", known.model),
            hint: format!(
                "Remove it, or choose a model that takes {kinds}. Where this one does, say so among its capabilities."
            ),
            place,
            name,
            kind,
        })
    });
    untaken.collect()
}

/// All that a model is known not to take of a run, before anything is sent: parameters, and what is attached to
/// the messages. `column` is the index of the model among those of the run.
pub(super) fn refusals(
    known: &CatalogueModel,
    column: usize,
    parameters: &Parameters,
    body: &Body,
) -> Vec<Problem> {
    let at = |path| Place { path, line: None, column: None };
    let parameters = parameter_problems(known, parameters).into_iter().map(|problem| Problem {
        at: at(format!("models[{column}].parameters.{}", problem.parameter)),
        message: problem.message,
        hint: problem.hint,
    });
    let attachments = untaken_attachments(known, body).into_iter().map(|untaken| Problem {
        at: at(format!("models[{column}].model")),
        message: untaken.message,
        hint: untaken.hint,
    });
    parameters.chain(attachments).collect()
}

pub(crate) async fn model_list(
    app: &App,
    _: &Caller,
    request: ListModels,
) -> Result<Page<CatalogueModel>, ApiError> {
    let providers = match &request.provider {
        Some(name) => vec![app.registry.config(name).await?],
        None if request.refresh => {
            return Err(ApiError::invalid("provider", "`refresh` needs the `provider` that is to be asked"));
        }
        None => app.store.list_providers().await?,
    };
    let mut models = Vec::new();
    for provider in providers {
        if request.refresh {
            let list = app.registry.get(&provider)?.models().await?;
            let list = ProviderModels { models: list, listed_at: app.now() };
            app.store.update_provider_models(provider.id, list).await?;
            app.changed(Noun::Provider, provider.id);
        }
        models.extend(Known::of(app, provider).await?.models());
    }
    Ok(Page::whole(models))
}

pub(crate) async fn model_update(
    app: &App,
    _: &Caller,
    request: UpdateModel,
) -> Result<CatalogueModel, ApiError> {
    check(&request)?;
    let UpdateModel { model, same_as, context_window, max_output_tokens, price, .. } = request;
    let provider = app.registry.config(&model.provider).await?;
    let id = provider.id;
    let known = Known::of(app, provider).await?;
    let mut before = known.edit(&model.model).cloned().unwrap_or_default();
    let updated_at = app.now().max(before.updated_at.after(Span::from_micros(1)));
    let said = ModelEdit {
        same_as,
        context_window,
        max_output_tokens,
        price,
        capabilities: request.capabilities,
        retires_on: request.retires_on,
        updated_at,
    };
    if let Some(fact) = request.clear.iter().find(|&&fact| said.says(fact)) {
        return Err(ApiError::invalid("clear", format!("`{fact}` is both said and taken back")));
    }
    request.clear.into_iter().for_each(|fact| before.clear(fact));
    let edit = said.over(before);
    if edit.same_as.is_none() && edit.has_no_facts() {
        // With the last fact goes all that made this a model the user speaks of.
        app.store.delete_model_edit(id, &model.model).await?;
    } else {
        app.store.update_model_edit(id, &model.model, edit).await?;
    }
    app.changed(Noun::Provider, id);
    find_model(app, &model).await
}

pub(crate) async fn model_reset(
    app: &App,
    _: &Caller,
    request: ResetModel,
) -> Result<CatalogueModel, ApiError> {
    let provider = app.registry.config(&request.model.provider).await?;
    app.store.delete_model_edit(provider.id, &request.model.model).await?;
    app.changed(Noun::Provider, provider.id);
    find_model(app, &request.model).await
}

/// The most tokens, and the highest price in nano-dollars per million tokens, that anybody could mean.
const MOST: u64 = 1_000_000_000_000_000;

fn check(request: &UpdateModel) -> Result<(), ApiError> {
    for (name, tokens) in
        [("contextWindow", request.context_window), ("maxOutputTokens", request.max_output_tokens)]
    {
        if let Some(tokens) = tokens.filter(|tokens| !(1..=MOST).contains(tokens)) {
            return Err(ApiError::invalid(
                name,
                format!("`{name}` must be between 1 and {MOST}, got {tokens}"),
            ));
        }
    }
    if request.same_as.as_deref() == Some("") {
        return Err(ApiError {
            hint: "To take it back, name it in `clear`.".to_owned(),
            ..ApiError::invalid("sameAs", "`sameAs` must name a model")
        });
    }
    if let Some(day) = &request.retires_on
        && (day.len() != 10 || day.parse::<jiff::civil::Date>().is_err())
    {
        return Err(ApiError::invalid(
            "retiresOn",
            format!("`retiresOn` must be a day such as `2027-01-31`, got `{day}`"),
        ));
    }
    request.price.as_ref().map_or(Ok(()), check_price)
}

fn check_price(price: &Price) -> Result<(), ApiError> {
    let meters =
        [Some(price.input), Some(price.output), price.cached_input, price.cache_write, price.reasoning];
    let of_tiers = price.tiers.iter().flat_map(|tier| {
        [Some(tier.above), Some(tier.input), Some(tier.output), tier.cached_input, tier.cache_write]
    });
    if let Some(most) = meters.into_iter().chain(of_tiers).flatten().find(|&nanos| nanos > MOST) {
        return Err(ApiError::invalid(
            "price",
            format!("a meter of `price` must be at most {MOST}, got {most}"),
        ));
    }
    if !price.tiers.is_sorted_by(|a, b| a.above < b.above) {
        return Err(ApiError::invalid(
            "price.tiers",
            "the tiers of `price` must stand shortest first, each once",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;

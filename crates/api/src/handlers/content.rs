//! Content before it is saved or run: what is wrong with it, and what it gives.

use super::{
    model::{find_model, longest_answer, parameter_problems, untaken_attachments},
    partial::{CalledPartial, Whole},
    run::ModelChoice,
};
use crate::{ApiError, App, Caller, Problem};
use formaops_domain::{
    Content, JsonObject, MESSAGE_TOKENS, ModelRef, NanoUsd, ParameterProblem, Price, RunContext,
    UntakenAttachment, Usage, Variable,
};
use formaops_template::{Diagnostic, RenderedMessage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks what content and inputs give.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RenderContent {
    /// The content.
    pub content: Content,
    /// The inputs.
    #[serde(default)]
    pub inputs: JsonObject,
    /// What is sent along.
    #[serde(default)]
    pub context: RunContext,
    /// The models to count and estimate for, with parameters of their own.
    #[serde(default)]
    pub models: Vec<ModelChoice>,
}

/// What content and inputs give.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RenderedContent {
    /// The messages as they would be sent.
    pub messages: Vec<RenderedMessage>,
    /// What was noticed on the way, such as undeclared variables.
    pub diagnostics: Vec<Diagnostic>,
    /// What each model would make of it with its own parameters, in the order asked for.
    pub estimates: Vec<Estimate>,
}

/// What is wrong with content, and what it gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContentReport {
    /// All findings, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// What is wrong with validations, for which the content cannot be saved; each with its place, such as
    /// `validations[2].rule.pattern`.
    pub problems: Vec<Problem>,
    /// The names of the variables that templates and their partials use, sorted.
    pub used_variables: Vec<String>,
    /// The variables that only a partial declares which uses them: runs take them too.
    pub lent_variables: Vec<Variable>,
    /// The partials that are called, by name.
    pub partials: Vec<CalledPartial>,
    /// What content and inputs give; absent where they give nothing.
    pub rendered: Option<RenderedContent>,
    /// Why they give nothing.
    pub error: Option<ApiError>,
}

/// What a call is expected to need and cost on a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// The model.
    pub model: ModelRef,
    /// Tokens of the text of all messages. What images and files come to is not counted: each vendor has a way of
    /// its own, and the answer says the truth.
    pub input_tokens: u64,
    /// Tokens of the text of each message, in order.
    pub message_tokens: Vec<u64>,
    /// Whether the model's own vocabulary was used; otherwise a quarter of the bytes is taken.
    pub exact: bool,
    /// The most tokens of request and answer; unknown where absent.
    pub context_window: Option<u64>,
    /// The cost of the request without the answer; unknown where the price is.
    pub input_cost_usd: Option<NanoUsd>,
    /// The most that the call can cost, which is set aside before it is made: a request longer than estimated, and the
    /// longest answer that the parameters or the model allow; unknown where either is.
    pub worst_cost_usd: Option<NanoUsd>,
    /// What the model does not take of the content's parameters: a run would be refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameter_problems: Vec<ParameterProblem>,
    /// What is attached to the messages and the model does not take: a run would be refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub untaken_attachments: Vec<UntakenAttachment>,
    /// The day from which the model no longer answers, where one is known: `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retires_on: Option<String>,
    /// Why nothing is known of the model, such as a provider that does not exist: a run would be refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unavailable: Option<ApiError>,
}

/// Fails only where another try may succeed: what is wrong with content or inputs is an answer.
pub(crate) async fn content_check(
    app: &App,
    _: &Caller,
    request: RenderContent,
) -> Result<ContentReport, ApiError> {
    let wrong = formaops_validate::check_validations(&request.content.validations);
    let problems = wrong.into_iter().map(Problem::from).collect();
    let mut whole = Whole::now(app, request.content.clone()).await?;
    let (rendered, error) = match render(app, &mut whole, request).await {
        Ok(rendered) => (Some(rendered), None),
        Err(error) if error.retryable => return Err(error),
        Err(error) => (None, Some(error)),
    };
    let compiled = whole.compiled();
    let lent =
        |variable: &&Variable| compiled.content().variables.iter().all(|own| own.name != variable.name);
    Ok(ContentReport {
        diagnostics: compiled.check(),
        problems,
        used_variables: compiled.used_variables().into_iter().collect(),
        lent_variables: compiled.variables().iter().filter(lent).cloned().collect(),
        partials: whole.shown(),
        rendered,
        error,
    })
}

pub(crate) async fn content_render(
    app: &App,
    _: &Caller,
    request: RenderContent,
) -> Result<RenderedContent, ApiError> {
    let mut whole = Whole::now(app, request.content.clone()).await?;
    render(app, &mut whole, request).await
}

async fn render(app: &App, whole: &mut Whole, request: RenderContent) -> Result<RenderedContent, ApiError> {
    let rendered = whole.render(app, &request.inputs, &request.context).await?;
    let mut estimates = Vec::new();
    for choice in request.models {
        estimates.push(estimate(app, choice, &rendered.messages, &request.content).await?);
    }
    Ok(RenderedContent { messages: rendered.messages, diagnostics: rendered.diagnostics, estimates })
}

async fn estimate(
    app: &App,
    ModelChoice { model, parameters }: ModelChoice,
    messages: &[RenderedMessage],
    content: &Content,
) -> Result<Estimate, ApiError> {
    let parameters = &parameters.over(&content.settings.parameters);
    let counts: Vec<_> =
        messages.iter().map(|message| app.tokens.count(&model.model, message.text())).collect();
    let message_tokens = counts.iter().map(|count| count.tokens).collect();
    let exact = counts.iter().all(|count| count.exact);
    let input_tokens = counts.iter().map(|count| count.tokens).sum();
    let known = match find_model(app, &model).await {
        Ok(known) => known,
        Err(error) if error.retryable => return Err(error),
        // The others can be estimated all the same.
        Err(error) => {
            return Ok(Estimate {
                model,
                input_tokens,
                message_tokens,
                exact,
                context_window: None,
                input_cost_usd: None,
                worst_cost_usd: None,
                parameter_problems: Vec::new(),
                untaken_attachments: Vec::new(),
                retires_on: None,
                unavailable: Some(error),
            });
        }
    };
    let usage = Usage { input_tokens, ..Usage::default() };
    let longest = longest_answer(&known, parameters);
    let price = known.price.as_ref();
    let worst = |price: &Price| {
        if price.is_free() {
            return Some(NanoUsd::ZERO);
        }
        let media: u64 = content.body.attachments().map(|(_, attached)| attached.estimated_tokens()).sum();
        let borders = MESSAGE_TOKENS * messages.len() as u64;
        let request = input_tokens + borders + media + parameters.estimated_tokens();
        longest.map(|longest| price.worst_case(request, longest))
    };
    Ok(Estimate {
        parameter_problems: parameter_problems(&known, parameters),
        untaken_attachments: untaken_attachments(&known, &content.body),
        input_tokens,
        message_tokens,
        exact,
        context_window: known.context_window,
        input_cost_usd: price.map(|price| price.cost(&usage)),
        worst_cost_usd: price.and_then(worst),
        retires_on: known.retires_on,
        unavailable: None,
        model,
    })
}

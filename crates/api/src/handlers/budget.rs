//! Budgets, and what was spent.

use super::{PromptKey, prompt::find_prompt};
use crate::{ApiError, App, Caller, ErrorCode};
use formaops_domain::{
    Budget, BudgetId, BudgetKind, BudgetScope, BudgetState, Day, NanoUsd, Noun, Page, Period, PromptName,
    Spend, SpendBy,
};
use formaops_store::StoredBudget;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks for the budgets.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListBudgets {}

/// Makes a budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateBudget {
    /// What it is for: `workspace`, `provider:NAME`, `model:PROVIDER:MODEL` or `prompt:NAME`.
    pub scope: String,
    /// The time it is for.
    pub period: Period,
    /// How much, in dollars.
    pub cap_usd: NanoUsd,
    /// Whether it stops calls or only warns.
    pub kind: BudgetKind,
}

/// Changes a budget. What is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateBudget {
    /// The budget.
    pub id: BudgetId,
    /// The time it is for.
    #[serde(default)]
    pub period: Option<Period>,
    /// How much, in dollars.
    #[serde(default)]
    pub cap_usd: Option<NanoUsd>,
    /// Whether it stops calls or only warns.
    #[serde(default)]
    pub kind: Option<BudgetKind>,
}

/// Removes a budget.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteBudget {
    /// The budget.
    pub id: BudgetId,
}

/// Brings a removed budget back.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UndeleteBudget {
    /// The budget.
    pub id: BudgetId,
}

/// A budget, how much of it is used, and what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BudgetView {
    /// The budget and how much of it is used.
    #[serde(flatten)]
    pub state: BudgetState,
    /// The name of the prompt that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_name: Option<PromptName>,
}

/// Asks what was spent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListSpend {
    /// What it is summed by.
    #[serde(default)]
    pub by: SpendBy,
    /// The first day; that of this month where absent.
    #[serde(default)]
    pub from: Option<Day>,
    /// The last day; today where absent.
    #[serde(default)]
    pub to: Option<Day>,
}

/// The most dollars that a cap can be.
const MOST_DOLLARS: u64 = 1_000_000_000;

/// Refuses a cap that nobody can mean.
pub(super) fn check_cap(cap: Option<NanoUsd>) -> Result<(), ApiError> {
    match cap.filter(|cap| cap.as_nanos() > MOST_DOLLARS * 1_000_000_000) {
        Some(cap) => {
            let message = format!("`capUsd` must be at most {MOST_DOLLARS}, got {cap}");
            Err(ApiError::invalid("capUsd", message))
        }
        None => Ok(()),
    }
}

/// What a budget is for, where that is there.
async fn scope(app: &App, text: &str) -> Result<BudgetScope, ApiError> {
    let invalid = |message: String| ApiError::invalid("scope", message);
    if let Some(name) = text.strip_prefix("prompt:") {
        let key: PromptKey = name.parse().map_err(|error| invalid(format!("{error}")))?;
        return Ok(BudgetScope::Prompt(find_prompt(app, &key).await?.id));
    }
    let scope: BudgetScope =
        text.parse().map_err(|error: formaops_domain::InvalidBudgetScope| invalid(error.to_string()))?;
    match &scope {
        BudgetScope::Provider(name) => drop(app.registry.config(name).await?),
        BudgetScope::Model(model) => drop(app.registry.config(&model.provider).await?),
        BudgetScope::Workspace | BudgetScope::Prompt(_) => {}
    }
    Ok(scope)
}

async fn view(app: &App, state: BudgetState) -> Result<BudgetView, ApiError> {
    let prompt_name = match &state.budget.scope {
        BudgetScope::Prompt(id) => Some(app.store.get_prompt(*id).await?.name),
        BudgetScope::Workspace | BudgetScope::Provider(_) | BudgetScope::Model(_) => None,
    };
    Ok(BudgetView { state, prompt_name })
}

/// The budgets hold from now on as the store has them; answers one of them.
async fn enforce(app: &App, id: BudgetId) -> Result<BudgetView, ApiError> {
    app.enforce_budgets().await?;
    app.changed(Noun::Budget, id);
    let states = app.engine.budgets().await?;
    match states.into_iter().find(|state| state.budget.id == id) {
        Some(state) => view(app, state).await,
        None => Err(not_found(id)),
    }
}

fn not_found(id: BudgetId) -> ApiError {
    ApiError::not_found("budget", id, "`formaops budget list` shows every budget.")
}

/// All budgets as they stand.
pub(super) async fn budget_views(app: &App) -> Result<Vec<BudgetView>, ApiError> {
    let mut views = Vec::new();
    for state in app.engine.budgets().await? {
        views.push(view(app, state).await?);
    }
    Ok(views)
}

pub(crate) async fn budget_list(app: &App, _: &Caller, _: ListBudgets) -> Result<Page<BudgetView>, ApiError> {
    Ok(Page::whole(budget_views(app).await?))
}

pub(crate) async fn budget_create(
    app: &App,
    _: &Caller,
    request: CreateBudget,
) -> Result<BudgetView, ApiError> {
    check_cap(Some(request.cap_usd))?;
    let CreateBudget { period, cap_usd, kind, .. } = request;
    let (scope, now) = (scope(app, &request.scope).await?, app.now());
    let id = app.ids.budget();
    let budget = Budget { id, scope, period, cap_usd, kind, created_at: now, updated_at: now };
    app.store.insert_budget(budget).await?;
    enforce(app, id).await
}

pub(crate) async fn budget_update(
    app: &App,
    _: &Caller,
    request: UpdateBudget,
) -> Result<BudgetView, ApiError> {
    check_cap(request.cap_usd)?;
    let StoredBudget { budget, .. } = app.store.get_budget(request.id).await?;
    let changed = Budget {
        period: request.period.unwrap_or(budget.period),
        cap_usd: request.cap_usd.unwrap_or(budget.cap_usd),
        kind: request.kind.unwrap_or(budget.kind),
        updated_at: app.now(),
        ..budget
    };
    app.store.update_budget(changed).await?;
    enforce(app, request.id).await
}

pub(crate) async fn budget_delete(
    app: &App,
    _: &Caller,
    request: DeleteBudget,
) -> Result<BudgetView, ApiError> {
    let states = app.engine.budgets().await?;
    let state = states.into_iter().find(|state| state.budget.id == request.id);
    let last = view(app, state.ok_or_else(|| not_found(request.id))?).await?;
    app.store.delete_budget(request.id, Some(app.now())).await?;
    app.enforce_budgets().await?;
    app.changed(Noun::Budget, request.id);
    Ok(last)
}

pub(crate) async fn budget_undelete(
    app: &App,
    _: &Caller,
    request: UndeleteBudget,
) -> Result<BudgetView, ApiError> {
    app.store.delete_budget(request.id, None).await?;
    enforce(app, request.id).await
}

pub(crate) async fn spend_list(app: &App, _: &Caller, request: ListSpend) -> Result<Page<Spend>, ApiError> {
    let today = app.today();
    let (from, to) = (request.from.unwrap_or(today.first_of_month()), request.to.unwrap_or(today));
    if from > to {
        return Err(ApiError::new(
            ErrorCode::Invalid,
            format!("`from` must not be after `to`, got {from} and {to}"),
            "Swap them.",
        ));
    }
    Ok(Page::whole(app.store.list_spend(request.by, from, to).await?))
}

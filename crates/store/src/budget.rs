//! Budgets, and what was spent: the sums that the attempts leave behind.

use crate::{
    Store, StoreError,
    column::{Int, Key, Text, Word},
};
use formaops_domain::{
    Budget, BudgetId, BudgetKind, BudgetScope, Day, ModelRef, NanoUsd, Period, PromptId, Spend, SpendBy,
    Timestamp,
};
use sqlx::SqliteConnection;

/// A budget, and what had been spent in its scope when it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBudget {
    /// The budget.
    pub budget: Budget,
    /// A budget for once counts from here on.
    pub base: NanoUsd,
}

/// What was spent on a prompt with a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// The prompt.
    pub prompt: PromptId,
    /// The model.
    pub model: ModelRef,
    /// Ever.
    pub ever: NanoUsd,
    /// In the month that was asked for.
    pub month: NanoUsd,
    /// On the day that was asked for.
    pub day: NanoUsd,
}

struct BudgetRow {
    id: Key<BudgetId>,
    scope: Text<BudgetScope>,
    period: Word<Period>,
    cap: Int<NanoUsd>,
    kind: Word<BudgetKind>,
    base: Int<NanoUsd>,
    created_at: Int<Timestamp>,
    updated_at: Int<Timestamp>,
}

impl From<BudgetRow> for StoredBudget {
    fn from(row: BudgetRow) -> Self {
        let budget = Budget {
            id: row.id.0,
            scope: row.scope.0,
            period: row.period.0,
            cap_usd: row.cap.0,
            kind: row.kind.0,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        };
        Self { budget, base: row.base.0 }
    }
}

macro_rules! select_budgets {
    ($tail:literal $(, $argument:expr)*) => {
        sqlx::query_as!(
            BudgetRow,
            r#"select id as "id: Key<BudgetId>", scope as "scope: Text<BudgetScope>",
              period as "period: Word<Period>", cap_nanos as "cap: Int<NanoUsd>",
              kind as "kind: Word<BudgetKind>", base_nanos as "base: Int<NanoUsd>",
              created_at as "created_at: Int<Timestamp>", updated_at as "updated_at: Int<Timestamp>"
            from budgets "# + $tail
            $(, $argument)*
        )
    };
}

/// All that was ever spent in a scope.
async fn spent_in(connection: &mut SqliteConnection, scope: &BudgetScope) -> Result<NanoUsd, StoreError> {
    let (mut provider, mut model, mut prompt) = (None, None, None);
    match scope {
        BudgetScope::Workspace => {}
        BudgetScope::Provider(name) => provider = Some(name.as_str()),
        BudgetScope::Model(of) => model = Some(Text(of)),
        BudgetScope::Prompt(id) => prompt = Some(Key(*id)),
    }
    let spent = sqlx::query_scalar!(
        r#"select coalesce(sum(cost_nanos), 0) as "spent!: Int<NanoUsd>" from spend
        where (?1 is null or substr(model, 1, instr(model, ':') - 1) = ?1) and (?2 is null or model = ?2)
          and (?3 is null or prompt = ?3)"#,
        provider,
        model,
        prompt,
    )
    .fetch_one(connection)
    .await?;
    Ok(spent.0)
}

impl Store {
    /// Keeps a new budget.
    pub async fn insert_budget(&self, budget: Budget) -> Result<StoredBudget, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let base = spent_in(connection, &budget.scope).await?;
                let (id, scope, period) = (Key(budget.id), Text(&budget.scope), Word(budget.period));
                let (cap, kind, nanos) = (Int(budget.cap_usd), Word(budget.kind), Int(base));
                let (created_at, updated_at) = (Int(budget.created_at), Int(budget.updated_at));
                sqlx::query!(
                    "insert into budgets (id, scope, period, cap_nanos, kind, base_nanos, created_at, updated_at)
                    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    id,
                    scope,
                    period,
                    cap,
                    kind,
                    nanos,
                    created_at,
                    updated_at,
                )
                .execute(connection)
                .await?;
                Ok(StoredBudget { budget, base })
            })
        })
        .await
    }

    /// Gives a budget another cap, kind or period; what it is for stays.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where it is not there, or was deleted.
    pub async fn update_budget(&self, budget: Budget) -> Result<StoredBudget, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (id, period, kind) = (Key(budget.id), Word(budget.period), Word(budget.kind));
                let (cap, at) = (Int(budget.cap_usd), Int(budget.updated_at));
                sqlx::query!(
                    "update budgets set period = ?2, cap_nanos = ?3, kind = ?4, updated_at = max(?5, created_at)
                    where id = ?1 and deleted_at is null",
                    id,
                    period,
                    cap,
                    kind,
                    at,
                )
                .execute(&mut *connection)
                .await?;
                get(connection, budget.id).await
            })
        })
        .await
    }

    /// Puts a budget aside, or brings it back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where it was never there.
    pub async fn delete_budget(&self, id: BudgetId, at: Option<Timestamp>) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (key, at) = (Key(id), at.map(Int));
                let done = sqlx::query!("update budgets set deleted_at = ?2 where id = ?1", key, at)
                    .execute(connection)
                    .await?;
                if done.rows_affected() == 0 {
                    return Err(StoreError::not_found("budget", id));
                }
                Ok(())
            })
        })
        .await
    }

    /// The budgets, oldest first.
    pub async fn list_budgets(&self) -> Result<Vec<StoredBudget>, StoreError> {
        let rows = select_budgets!("where deleted_at is null order by seq").fetch_all(self.readers()).await?;
        Ok(rows.into_iter().map(StoredBudget::from).collect())
    }

    /// A budget.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where it is not there, or was deleted.
    pub async fn get_budget(&self, id: BudgetId) -> Result<StoredBudget, StoreError> {
        get(&mut *self.readers().acquire().await?, id).await
    }

    /// What was spent on each prompt with each model: ever, in the month of a day, and on that day.
    pub async fn list_spent(&self, today: Day) -> Result<Vec<Spent>, StoreError> {
        let (day, month) = (today.to_string(), today.first_of_month().to_string());
        let rows = sqlx::query!(
            r#"select prompt as "prompt: Key<PromptId>", model as "model: Text<ModelRef>",
              sum(cost_nanos) as "ever!: Int<NanoUsd>",
              coalesce(sum(cost_nanos) filter (where day >= ?1), 0) as "month!: Int<NanoUsd>",
              coalesce(sum(cost_nanos) filter (where day >= ?2), 0) as "day!: Int<NanoUsd>"
            from spend group by model, prompt having sum(cost_nanos) > 0"#,
            month,
            day,
        )
        .fetch_all(self.readers())
        .await?;
        let spent = rows.into_iter().map(|row| Spent {
            prompt: row.prompt.0,
            model: row.model.0,
            ever: row.ever.0,
            month: row.month.0,
            day: row.day.0,
        });
        Ok(spent.collect())
    }

    /// What was spent from a day up to and with another, summed by day (oldest first), or by provider, model or
    /// prompt (dearest first).
    pub async fn list_spend(&self, by: SpendBy, from: Day, to: Day) -> Result<Vec<Spend>, StoreError> {
        let (by, from, to) = (Word(by), from.to_string(), to.to_string());
        let rows = sqlx::query!(
            r#"select case ?1 when 'day' then s.day when 'model' then s.model when 'prompt' then hex(s.prompt)
                else substr(s.model, 1, instr(s.model, ':') - 1) end as "key!: String",
              max(s.prompt) as "prompt!: Key<PromptId>", max(p.name) as "name!: String",
              sum(s.attempts) as "attempts!: u64", sum(s.input_tokens) as "input!: u64",
              sum(s.output_tokens) as "output!: u64", sum(s.cost_nanos) as "cost!: Int<NanoUsd>"
            from spend s join prompts p on p.id = s.prompt
            where s.day between ?2 and ?3
            group by 1 order by case ?1 when 'day' then s.day end, sum(s.cost_nanos) desc, 1"#,
            by,
            from,
            to,
        )
        .fetch_all(self.readers())
        .await?;
        let is_prompt = by.0 == SpendBy::Prompt;
        let spend = rows.into_iter().map(|row| Spend {
            key: if is_prompt { row.prompt.0.to_string() } else { row.key },
            title: is_prompt.then_some(row.name),
            attempts: row.attempts,
            input_tokens: row.input,
            output_tokens: row.output,
            cost_usd: row.cost.0,
        });
        Ok(spend.collect())
    }
}

async fn get(connection: &mut SqliteConnection, id: BudgetId) -> Result<StoredBudget, StoreError> {
    let key = Key(id);
    let row = select_budgets!("where id = ?1 and deleted_at is null", key).fetch_optional(connection).await?;
    row.map(StoredBudget::from).ok_or_else(|| StoreError::not_found("budget", id))
}

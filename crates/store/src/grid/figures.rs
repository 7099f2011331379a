//! What the cells of a run come to, all of them and column by column.

use super::marks::Stand;
use crate::{
    Store, StoreError,
    column::{Int, Json, Key, Word},
};
use formaops_domain::{
    CellFigures, ErrorClass, ExecutionStatus, FailureCount, LatencyFigures, NanoUsd, RunId, Span,
    ValidationStatus,
};
use futures::TryStreamExt;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;

/// How many parts the times lie in.
const PARTS: usize = 12;

/// What is counted of cells, on the way to their figures.
#[derive(Default)]
struct Counted {
    ended: u32,
    checked: u32,
    passed: u32,
    scored: u32,
    scores: f64,
    cost: NanoUsd,
    failures: BTreeMap<ErrorClass, u32>,
    /// In microseconds.
    latencies: Vec<u64>,
}

impl Counted {
    fn add(&mut self, row: &Row) {
        self.ended += row.count;
        let is_checked = match row.status {
            ExecutionStatus::Failed => true,
            ExecutionStatus::Completed => {
                matches!(row.validation, ValidationStatus::Passed | ValidationStatus::Failed)
            }
            _ => false,
        };
        self.checked += if is_checked { row.count } else { 0 };
        if row.status == ExecutionStatus::Completed && row.validation == ValidationStatus::Passed {
            self.passed += row.count;
        }
        self.scored += row.scored;
        self.scores += row.scores;
        self.cost = self.cost + row.cost;
        if let Some(class) = row.class.filter(|_| row.status == ExecutionStatus::Failed) {
            *self.failures.entry(class).or_default() += row.count;
        }
    }

    fn figures(mut self) -> CellFigures {
        self.latencies.sort_unstable();
        let mut failures: Vec<_> =
            self.failures.into_iter().map(|(class, count)| FailureCount { class, count }).collect();
        failures.sort_by_key(|failure| std::cmp::Reverse(failure.count));
        CellFigures {
            ended: self.ended,
            checked: self.checked,
            passed: self.passed,
            score: (self.scored > 0).then(|| self.scores / f64::from(self.scored)),
            cost_usd: self.cost,
            latency: latency(&self.latencies),
            failures,
        }
    }
}

/// Executions that are alike.
struct Row {
    variant: u32,
    status: ExecutionStatus,
    validation: ValidationStatus,
    class: Option<ErrorClass>,
    count: u32,
    scored: u32,
    scores: f64,
    cost: NanoUsd,
}

impl Store {
    /// What the cells of a run come to, and those of each of its columns.
    pub async fn get_cell_figures(
        &self,
        run: RunId,
        variants: usize,
    ) -> Result<(CellFigures, Vec<CellFigures>), StoreError> {
        let mut columns: Vec<Counted> = (0..variants).map(|_| Counted::default()).collect();
        let mut all = Counted::default();
        for row in self.count_cells(run).await? {
            all.add(&row);
            if let Some(column) = columns.get_mut(row.variant as usize) {
                column.add(&row);
            }
        }
        let key = Key(run);
        let mut latencies = sqlx::query!(
            r#"select e.variant_index as "variant: u32", e.latency_micros as "latency!: Int<u64>" from executions e
            where e.run = ?1 and e.status = 'completed' and e.latency_micros is not null
              and not exists (select 1 from executions n where n.run = e.run and n.case_index = e.case_index
                and n.repeat = e.repeat and n.variant_index = e.variant_index and n.generation > e.generation)"#,
            key
        )
        .fetch(self.readers());
        while let Some(row) = latencies.try_next().await? {
            all.latencies.push(row.latency.0);
            if let Some(column) = columns.get_mut(row.variant as usize) {
                column.latencies.push(row.latency.0);
            }
        }
        Ok((all.figures(), columns.into_iter().map(Counted::figures).collect()))
    }

    /// The weighted mean of each named metric of a run, by column.
    pub async fn list_metrics(
        &self,
        run: RunId,
        variants: usize,
    ) -> Result<Vec<BTreeMap<String, f64>>, StoreError> {
        let key = Key(run);
        let rows = sqlx::query!(
            r#"select e.variant_index as "variant!: u32", v.metric as "metric!",
              sum(v.score * v.weight) / sum(v.weight) as "mean?: f64"
            from executions e
            join validation_results v on v.execution = e.id
            where e.run = ?1 and v.metric is not null and not exists (select 1 from executions n where n.run = e.run
              and n.case_index = e.case_index and n.repeat = e.repeat and n.variant_index = e.variant_index
              and n.generation > e.generation)
            group by e.variant_index, v.metric"#,
            key,
        )
        .fetch_all(self.readers())
        .await?;
        let mut metrics = vec![BTreeMap::new(); variants];
        for row in rows {
            if let (Some(metrics), Some(mean)) = (metrics.get_mut(row.variant as usize), row.mean) {
                metrics.insert(row.metric, mean);
            }
        }
        Ok(metrics)
    }

    async fn count_cells(&self, run: RunId) -> Result<Vec<Row>, StoreError> {
        let key = Key(run);
        let rows = sqlx::query!(
            r#"select e.variant_index as "variant!: u32", e.status as "status!: Word<ExecutionStatus>",
              e.validation_status as "validation!: Word<ValidationStatus>",
              e.failure ->> '$.class' as "class?: Word<ErrorClass>", count(*) as "count!: u32",
              count(e.score) as "scored!: u32", coalesce(sum(e.score), 0.0) as "scores!: f64",
              coalesce(sum(e.cost_nanos), 0) as "cost!: Int<NanoUsd>"
            from executions e
            where e.run = ?1 and e.completed_at is not null and not exists (select 1 from executions n
              where n.run = e.run and n.case_index = e.case_index and n.repeat = e.repeat
                and n.variant_index = e.variant_index and n.generation > e.generation)
            group by 1, 2, 3, 4"#,
            key
        )
        .fetch_all(self.readers())
        .await?;
        let row = rows.into_iter().map(|row| Row {
            variant: row.variant,
            status: row.status.0,
            validation: row.validation.0,
            class: row.class.map(|class| class.0),
            count: row.count,
            scored: row.scored,
            scores: row.scores,
            cost: row.cost.0,
        });
        Ok(row.collect())
    }

    /// What was kept of what a run came to, where nothing of it has changed since.
    pub async fn find_run_figures<T: DeserializeOwned>(&self, run: RunId) -> Result<Option<T>, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let key = Key(run);
        let row = sqlx::query!(
            r#"select made_of as "made_of: Json<Stand>", figures from run_figures where run = ?1"#,
            key
        )
        .fetch_optional(&mut *connection)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let is_fresh = Stand::of(&mut connection, [run, run]).await? == row.made_of.0;
        // What a program of another version kept is worked out anew.
        Ok(serde_json::from_str(&row.figures).ok().filter(|_| is_fresh))
    }

    /// Works out what a run came to, and keeps it where the run has ended.
    pub async fn keep_run_figures<T: Serialize, E: From<StoreError>>(
        &self,
        run: RunId,
        figures: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let stand = self.stand(run).await?;
        let figures = figures.await?;
        if stand.is_over() && stand == self.stand(run).await? {
            let text = serde_json::to_string(&figures).map_err(StoreError::unreadable)?;
            self.write(move |connection| {
                Box::pin(async move {
                    let (run, stand) = (Key(run), Json(stand));
                    sqlx::query!(
                        "insert or replace into run_figures (run, made_of, figures) values (?1, ?2, ?3)",
                        run,
                        stand,
                        text
                    )
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            })
            .await?;
        }
        Ok(figures)
    }

    async fn stand(&self, run: RunId) -> Result<Stand, StoreError> {
        Stand::of(&mut *self.readers().acquire().await?, [run, run]).await
    }
}

fn latency(sorted: &[u64]) -> Option<LatencyFigures> {
    let (least, most) = (*sorted.first()?, *sorted.last()?);
    let at = |percent: usize| {
        let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        Span::from_micros(sorted.get(place).copied().unwrap_or(most))
    };
    let mut parts = vec![0; PARTS];
    let width = (most - least) as f64 / PARTS as f64;
    for value in sorted {
        let part = if width == 0.0 { 0 } else { ((value - least) as f64 / width) as usize };
        parts[part.min(PARTS - 1)] += 1;
    }
    let [least_ms, most_ms] = [least, most].map(Span::from_micros);
    Some(LatencyFigures { p50_ms: at(50), p95_ms: at(95), least_ms, most_ms, parts })
}

//! Counts over the whole workspace.

use crate::{
    Store, StoreError,
    column::{Int, Key, Text},
};
use formaops_domain::{ModelRef, NanoUsd, PromptId, RunProgress, Timestamp, WorkspaceId};

/// Counts over the whole workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Prompts that are neither archived nor in the bin.
    pub prompts: u64,
    /// Runs ever.
    pub runs: u64,
    /// The newest generations of all executions, by state, and what all attempts cost.
    pub executions: RunProgress,
    /// Executions made since the moment that was asked for, by state, and what the attempts since then cost.
    pub recent: RunProgress,
}

/// What executions of a prompt on a model were like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usual {
    /// How many tokens their answers had, on average.
    pub output_tokens: u64,
    /// How long they took, on average, in seconds.
    pub seconds: f64,
}

impl Store {
    /// What the newest executions of a prompt on a model were like; nothing where none has completed.
    pub async fn find_usual(&self, prompt: PromptId, model: &ModelRef) -> Result<Option<Usual>, StoreError> {
        let (prompt, model) = (Key(prompt), Text(model));
        let row = sqlx::query!(
            r#"select cast(avg(output) as integer) as "output: i64", avg(latency) as "latency: f64" from (
              select usage ->> '$.outputTokens' as output, latency_micros as latency from executions
              where prompt = ?1 and model = ?2 and status = 'completed' and usage is not null
              order by seq desc limit 100)"#,
            prompt,
            model,
        )
        .fetch_one(self.readers())
        .await?;
        let usual = row.output.zip(row.latency).map(|(output, micros)| Usual {
            output_tokens: output.max(0).cast_unsigned(),
            seconds: micros / 1e6,
        });
        Ok(usual)
    }

    /// Counts over the whole workspace, and over what was made since a moment.
    pub async fn get_totals(&self, since: Timestamp) -> Result<Totals, StoreError> {
        let since = Int(since);
        let row = sqlx::query!(
            r#"select count(*) as "runs!: u64", coalesce(sum(pending), 0) as "pending!: u32",
              coalesce(sum(running), 0) as "running!: u32", coalesce(sum(completed), 0) as "completed!: u32",
              coalesce(sum(failed), 0) as "failed!: u32", coalesce(sum(cancelled), 0) as "cancelled!: u32",
              coalesce(sum(cost_nanos), 0) as "cost!: Int<NanoUsd>",
              (select count(*) from prompts where deleted_at is null and status <> 'archived') as "prompts!: u64"
            from runs"#
        )
        .fetch_one(self.readers())
        .await?;
        let recent = sqlx::query!(
            r#"select count(*) filter (where status = 'pending') as "pending!: u32",
              count(*) filter (where status = 'running') as "running!: u32",
              count(*) filter (where status = 'completed') as "completed!: u32",
              count(*) filter (where status = 'failed') as "failed!: u32",
              count(*) filter (where status = 'cancelled') as "cancelled!: u32",
              (select coalesce(sum(a.cost_nanos), 0) from attempts a where a.started_at >= ?1)
                as "cost!: Int<NanoUsd>"
            from executions where created_at >= ?1"#,
            since,
        )
        .fetch_one(self.readers())
        .await?;
        let progress =
            |[pending, running, completed, failed, cancelled]: [u32; 5], cost: NanoUsd| RunProgress {
                total: pending + running + completed + failed + cancelled,
                pending,
                running,
                completed,
                failed,
                cancelled,
                cost_usd: cost,
                rules_usd: NanoUsd::ZERO,
            };
        let all = [row.pending, row.running, row.completed, row.failed, row.cancelled];
        let new = [recent.pending, recent.running, recent.completed, recent.failed, recent.cancelled];
        Ok(Totals {
            prompts: row.prompts,
            runs: row.runs,
            executions: progress(all, row.cost.0),
            recent: progress(new, recent.cost.0),
        })
    }

    /// The size of the database in bytes, without its write-ahead log.
    pub async fn get_size(&self) -> Result<u64, StoreError> {
        let row = sqlx::query!(
            r#"select pages.page_count * sizes.page_size as "size!: u64"
            from pragma_page_count pages, pragma_page_size sizes"#
        )
        .fetch_one(self.readers())
        .await?;
        Ok(row.size)
    }

    /// Commits a write that changes nothing, to find out whether the store can be written.
    pub async fn check_writable(&self) -> Result<(), StoreError> {
        let id = Key(self.get_workspace().await?.id);
        self.write(move |connection| {
            Box::pin(async move {
                let id: Key<WorkspaceId> = id;
                sqlx::query!("update workspaces set name = name where id = ?1", id)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

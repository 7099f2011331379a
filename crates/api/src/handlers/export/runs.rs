//! Runs that have ended, with their answers.

use super::{Exporter, archive::Secrets, mask};
use crate::{ApiError, handlers::MOST_ITEMS};
use formaops_domain::{Case, ExecutionId, OutputPart, PromptId, Run, RunId};
use formaops_store::{ExecutionFilter, MOST_OUTPUT_BYTES, RunFilter, WholePrompt};
use formaops_template::formats::{ArchivedExecution, ArchivedRun, MOST_BYTES};
use std::collections::HashSet;

impl Exporter<'_> {
    /// The runs of the prompts that have ended, of each oldest first.
    pub(super) async fn runs(
        &mut self,
        wholes: &[WholePrompt],
        secrets: &Secrets,
    ) -> Result<Vec<ArchivedRun>, ApiError> {
        let mut archived = Vec::new();
        let mut left_out = 0;
        for whole in wholes {
            for run in self.ended_runs(whole.prompt.id).await? {
                let mut secret = HashSet::new();
                let mut prompts = run.variants.iter().map(|variant| variant.prompt_of(&run));
                if prompts.any(|prompt| !secrets.contains_key(&prompt)) {
                    left_out += 1;
                    continue;
                }
                for variant in &run.variants {
                    secret.extend(secrets[&variant.prompt_of(&run)].iter().cloned());
                }
                secret.extend(secrets[&run.prompt_id].iter().cloned());
                let run = self.run(run, &secret).await?;
                self.count(&run)?;
                archived.push(run);
            }
        }
        if left_out > 0 {
            let message = format!("{left_out} runs are left out, of which a prompt is not exported");
            self.note("runs", message);
        }
        Ok(archived)
    }

    async fn ended_runs(&self, prompt: PromptId) -> Result<Vec<Run>, ApiError> {
        let filter = RunFilter { prompt: Some(prompt), ..RunFilter::default() };
        let (mut runs, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.app.store.list_runs(filter.clone(), cursor.as_deref(), MOST_ITEMS).await?;
            runs.extend(page.items.into_iter().filter(|run| run.status.is_terminal()));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        runs.sort_by_key(|run| (run.created_at, run.id));
        Ok(runs)
    }

    async fn run(&self, mut run: Run, secret: &HashSet<String>) -> Result<ArchivedRun, ApiError> {
        let store = &self.app.store;
        let validations = store.list_run_validations(run.id).await?;
        let (mut cases, mut details) = (Vec::new(), Vec::new());
        for mut case in store.list_run_cases(run.id).await? {
            let mut inputs = std::mem::take(&mut case.inputs);
            mask(&mut inputs, secret);
            cases.push(inputs);
            details.push(Case { position: 0, ..case });
        }
        if details.iter().all(|details| *details == Case::default()) {
            details.clear();
        }
        mask(&mut run.inputs, secret);
        let executions = self.executions(run.id).await?;
        Ok(ArchivedRun { run, cases, details, validations, executions })
    }

    async fn executions(&self, run: RunId) -> Result<Vec<ArchivedExecution>, ApiError> {
        let store = &self.app.store;
        let filter = ExecutionFilter { run: Some(run), ..ExecutionFilter::default() };
        let (mut archived, mut cursor) = (Vec::new(), None);
        loop {
            let page = store.list_executions(filter, cursor.as_deref(), MOST_ITEMS).await?;
            for execution in page.items {
                let record = store.get_execution_record(execution.id).await?;
                archived.push(ArchivedExecution {
                    output: self.text(execution.id, OutputPart::Text).await?,
                    reasoning: self.text(execution.id, OutputPart::Reasoning).await?,
                    validated_output: record.validated_output,
                    attempts: store.list_attempts(execution.id).await?,
                    log: store.list_execution_log(execution.id).await?,
                    execution,
                });
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(archived);
            }
        }
    }

    async fn text(&self, execution: ExecutionId, part: OutputPart) -> Result<String, ApiError> {
        let mut text = String::new();
        loop {
            let offset = text.len() as u64;
            let window = self.app.store.get_output(execution, part, offset, MOST_OUTPUT_BYTES).await?;
            text.push_str(&window.text);
            if window.text.is_empty() || text.len() as u64 >= window.total || text.len() > MOST_BYTES {
                return Ok(text);
            }
        }
    }
}

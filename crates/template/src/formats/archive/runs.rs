//! Runs in a file of our own.

use crate::formats::FormatError;
use formaops_domain::{
    Attempt, AttemptStatus, Case, Execution, JsonObject, LogEntry, NanoUsd, PromptId, Run, Validation,
    VersionId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// A run with its executions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchivedRun {
    /// The run.
    pub run: Run,
    /// The inputs of each case, without the values of sensitive variables.
    pub cases: Vec<JsonObject>,
    /// All else of each case, in the same order; empty where there is no more to any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Case>,
    /// The rules of its suite, as they were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub validations: Vec<Validation>,
    /// Its executions with their answers.
    pub executions: Vec<ArchivedExecution>,
}

/// An execution with its answer and how it came to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchivedExecution {
    /// The execution.
    pub execution: Execution,
    /// The answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub output: String,
    /// What the model thought.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
    /// The answer as JSON, where a validation found it valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validated_output: Option<Value>,
    /// Its attempts, first to last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// Its steps, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<LogEntry>,
}

impl ArchivedExecution {
    /// The place of the first attempt that is not one of this execution or has not ended as one ends.
    fn wrong_attempt(&self) -> Option<usize> {
        let mut before = 0;
        self.attempts.iter().position(|attempt| {
            let needs_failure = matches!(attempt.status, AttemptStatus::Failed | AttemptStatus::Interrupted);
            let is_wrong = attempt.execution_id != self.execution.id
                || attempt.number <= before
                || attempt.completed_at.is_none_or(|at| at < attempt.started_at)
                || attempt.status == AttemptStatus::Running
                || needs_failure && attempt.failure.is_none();
            before = attempt.number;
            is_wrong
        })
    }

    /// Whether it or an attempt claims to have cost more than any call does.
    fn is_too_dear(&self) -> bool {
        let all = self.attempts.iter().map(|attempt| &attempt.metrics).chain([&self.execution.metrics]);
        all.filter_map(|metrics| metrics.cost_usd).any(|cost| cost > NanoUsd::MOST_OF_A_CALL)
    }

    /// The place of the first step that says nothing, or is of no attempt that can be.
    fn wrong_step(&self) -> Option<usize> {
        self.log.iter().position(|step| step.message.is_empty() || step.attempt == Some(0))
    }
}

/// Refuses a run of which a version is not in the file, or whose parts do not belong together.
pub(super) fn check(
    file: &str,
    runs: &[ArchivedRun],
    versions: &BTreeMap<PromptId, HashSet<VersionId>>,
) -> Result<(), FormatError> {
    for (index, archived) in runs.iter().enumerate() {
        let wrong = |field: &str, message: &str| {
            Err(FormatError::new(file, &format!("runs[{index}].{field}"), message))
        };
        let run = &archived.run;
        if !versions.contains_key(&run.prompt_id) {
            return wrong("run.promptId", "the prompt of the run is not in the file");
        }
        for (column, variant) in run.variants.iter().enumerate() {
            let field = format!("run.variants[{column}]");
            let Some(known) = versions.get(&variant.prompt_of(run)) else {
                return wrong(&format!("{field}.prompt.id"), "the prompt of the column is not in the file");
            };
            if !known.contains(&variant.version_id) {
                return wrong(&format!("{field}.versionId"), "the version that ran is not in the file");
            }
        }
        if !archived.details.is_empty() && archived.details.len() != archived.cases.len() {
            return wrong("details", "there are not as many as there are `cases`");
        }
        if archived.cases.is_empty() {
            return wrong("cases", "a run has at least one case");
        }
        for (place, archived_execution) in archived.executions.iter().enumerate() {
            let execution = &archived_execution.execution;
            let variant = usize::try_from(execution.variant).ok().and_then(|at| run.variants.get(at));
            let has_case = usize::try_from(execution.case).is_ok_and(|at| at < archived.cases.len());
            let belongs = execution.run_id == run.id
                && has_case
                && variant.is_some_and(|variant| {
                    (variant.prompt_of(run), variant.version_id)
                        == (execution.prompt_id, execution.version_id)
                });
            if !belongs {
                let field = format!("executions[{place}].execution");
                return wrong(&field, "the execution does not belong to the run");
            }
            if let Some(attempt) = archived_execution.wrong_attempt() {
                let field = format!("executions[{place}].attempts[{attempt}]");
                return wrong(&field, "the attempt has not ended, or is none of the execution");
            }
            if archived_execution.is_too_dear() {
                let field = format!("executions[{place}]");
                return wrong(&field, "no call costs as much as this says");
            }
            if let Some(step) = archived_execution.wrong_step() {
                let field = format!("executions[{place}].log[{step}]");
                return wrong(&field, "a step has a message, and attempts are counted from 1");
            }
        }
    }
    Ok(())
}

//! The one stream of events that every host forwards.

use crate::{BudgetAlert, Execution, ExecutionId, OutputPart, Run};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that happened. A transition is committed before its event is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Rises by one with each event of the process that owns the workspace.
    pub seq: u64,
    /// What happened.
    #[serde(flatten)]
    pub body: EventBody,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all_fields = "camelCase")]
pub enum EventBody {
    /// Something was made, changed or removed; read it again.
    #[serde(rename = "changed")]
    Changed {
        /// The kind of thing.
        noun: Noun,
        /// Which one; absent where many changed.
        id: Option<String>,
    },
    /// A run moved on.
    #[serde(rename = "run.updated")]
    RunUpdated {
        /// The run as it is now.
        run: Box<Run>,
    },
    /// An execution moved on.
    #[serde(rename = "execution.updated")]
    ExecutionUpdated {
        /// The execution as it is now.
        execution: Box<Execution>,
    },
    /// Text arrived. Adjacent chunks of one text may be joined into one event.
    #[serde(rename = "execution.chunk")]
    ExecutionChunk {
        /// The execution.
        execution_id: ExecutionId,
        /// Which of its texts: the answer or the reasoning.
        part: OutputPart,
        /// Where the chunk begins in that text, in bytes of UTF-8.
        offset: u64,
        /// Its length in bytes of UTF-8.
        bytes: u64,
        /// The text.
        text: String,
    },
    /// Something that a person should look at.
    #[serde(rename = "alert")]
    Alert {
        /// What it is about.
        alert: BudgetAlert,
    },
    /// The subscriber lagged or the owner changed: events were left out, so read everything again.
    #[serde(rename = "resync")]
    Resync,
}

/// The kinds of things that change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Noun {
    /// Prompts, their versions and drafts.
    Prompt,
    /// Datasets and their versions.
    Dataset,
    /// Providers and their models.
    Provider,
    /// Runs and executions.
    Run,
    /// Suites.
    Suite,
    /// Budgets.
    Budget,
    /// The workspace itself, its settings and API keys.
    Workspace,
    /// How well everything is.
    Health,
    /// The ledger of what left this machine.
    Egress,
    /// The linked folder and its files; the id is that of the prompt.
    File,
    /// A window was asked to show itself.
    Window,
}

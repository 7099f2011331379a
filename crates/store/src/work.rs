//! The work that the engine asks for, one execution at a time, and that is read some at a time.

use crate::{ExecutionRecord, Store, StoreError, execution::record};
use formaops_domain::{ExecutionId, ExecutionStatus, ports::Work};
use std::{collections::HashMap, sync::Arc};

/// How many executions behind the one that is asked for are read with it.
const ALONG: u32 = 31;
/// The most that are held. Where they are as many, some will never be asked for: they have been cancelled.
const MOST: usize = 512;

/// What was read along with other work, until it is asked for.
pub(crate) type ReadAhead = HashMap<ExecutionId, Work>;

impl Store {
    /// The work of a pending execution. Of one that was tried since (`again`) nothing is right that was read before.
    pub(crate) async fn load(&self, execution: ExecutionId, again: bool) -> Result<Work, StoreError> {
        if !again && let Some(work) = self.load_ahead(execution).await? {
            return Ok(work);
        }
        let record = self.get_execution_record(execution).await?;
        if record.execution.status == ExecutionStatus::Pending {
            return Ok(work(record));
        }
        let status = format!("{:?}", record.execution.status).to_lowercase();
        Err(StoreError::Transition {
            noun: "execution",
            id: execution.to_string(),
            status,
            wanted: "running",
        })
    }

    /// The same, read with that of others, or before; none where it cannot be, as with large inputs.
    async fn load_ahead(&self, execution: ExecutionId) -> Result<Option<Work>, StoreError> {
        // One at a time: whoever comes meanwhile most likely waits for what is being read.
        let mut ahead = self.inner.ahead.lock().await;
        if let Some(work) = ahead.remove(&execution) {
            return Ok(Some(work));
        }
        let records = record::list(&mut *self.readers().acquire().await?, execution, ALONG).await?;
        if ahead.len() + records.len() > MOST {
            ahead.clear();
        }
        let waiting = records.into_iter().filter(|it| it.execution.status == ExecutionStatus::Pending);
        ahead.extend(waiting.map(|record| (record.execution.id, work(record))));
        Ok(ahead.remove(&execution))
    }
}

fn work(record: ExecutionRecord) -> Work {
    Work {
        validations: record.rules().cloned().collect(),
        metadata: Arc::new(record.case.metadata),
        threshold: record.case.threshold,
        around: (record.case.prefix, record.case.suffix),
        execution: record.execution,
        content: record.content,
        inputs: Arc::new(record.inputs),
        context: record.context,
        price: record.rate.price,
        max_output_tokens: record.rate.max_output_tokens,
        fallbacks: record.fallbacks,
        attempt_number: record.attempts + 1,
        replay: record.replay,
        recorded_repeat: record.recorded_repeat,
        purpose: record.purpose,
    }
}
